import { writeSync } from "node:fs";
import { pino } from "pino";
import type { LogFields, Logger, LogLevel } from "#core/base";

const levels: readonly LogLevel[] = ["trace", "debug", "info", "warn", "error"];

export interface LoggerOptions {
  /** Least severe level that is written. */
  readonly level: LogLevel;
  readonly json: boolean;
  /** A file descriptor; 1 is the standard output. */
  readonly descriptor: number;
  readonly nowMs: () => number;
}

export function parseLevel(text: string): LogLevel | undefined {
  const level = text.toLowerCase();
  return levels.find((known) => known === level || (known === "error" && level === "err"));
}

export function createLogger(options: LoggerOptions): Logger {
  return options.json ? jsonLogger(options) : new TextLogger(options, "agent");
}

class TextLogger implements Logger {
  readonly #options: LoggerOptions;
  readonly #name: string;

  constructor(options: LoggerOptions, name: string) {
    this.#options = options;
    this.#name = name;
  }

  log(level: LogLevel, message: string, fields: LogFields = {}): void {
    if (levels.indexOf(level) < levels.indexOf(this.#options.level)) return;
    const details = Object.entries(fields).map(([name, value]) => ` ${name}=${printed(value)}`);
    const time = timeOf(this.#options);
    write(this.#options.descriptor, `${time} [${level.toUpperCase()}] ${this.#name}: ${message}${details.join("")}\n`);
  }

  child(component: string): Logger {
    return new TextLogger(this.#options, `${this.#name}.${component}`);
  }
}

function timeOf({ nowMs }: LoggerOptions): string {
  return new Date(nowMs()).toISOString();
}

/** A closed terminal must not take the agent with it. */
function write(descriptor: number, line: string): void {
  try {
    writeSync(descriptor, line);
  } catch {
    // Nobody reads it; there is nowhere to say so.
  }
}

function printed(value: unknown): string {
  const text = typeof value === "string" ? value : (JSON.stringify(value) ?? "");
  return /[\s"=]/.test(text) ? JSON.stringify(text) : text;
}

/** The field names that collectors of the compatible product expect. */
function jsonLogger(options: LoggerOptions): Logger {
  const root = pino(
    {
      level: options.level,
      base: null,
      messageKey: "@message",
      timestamp: () => `,"@timestamp":"${timeOf(options)}"`,
      formatters: { level: (label) => ({ "@level": label }) },
    },
    pino.destination({ dest: options.descriptor, sync: true }),
  );
  const named = (name: string): Logger => ({
    log: (level, message, fields = {}) => root[level]({ "@module": name, ...fields }, message),
    child: (component) => named(`${name}.${component}`),
  });
  return named("agent");
}
