import { type FSWatcher, watch } from "node:fs";

/** Without a watch (none left, or a file system that has none) the folder is looked at this often. */
const BLIND_MS = 100;

/** Wakes whoever waits for a change in a folder; at the latest after the time that it gives. */
export class FolderWatch implements Disposable {
  #watcher: FSWatcher | undefined;
  #hasChanged = false;
  #wake: (() => void) | undefined;

  constructor(folder: string) {
    try {
      this.#watcher = watch(folder, () => this.#changed());
      this.#watcher.on("error", () => this.#blind());
    } catch {
      this.#blind();
    }
  }

  /** Resolves at the next change (at once if there was one since the last call), after `withinMs`, or on abort. */
  async next(withinMs: number, signal: AbortSignal): Promise<void> {
    if (!this.#hasChanged && !signal.aborted)
      await this.#sleep(this.#watcher ? withinMs : Math.min(withinMs, BLIND_MS), signal);
    this.#hasChanged = false;
  }

  [Symbol.dispose](): void {
    this.#watcher?.close();
    this.#changed();
  }

  #sleep(delayMs: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        clearTimeout(timer);
        signal.removeEventListener("abort", wake);
        this.#wake = undefined;
        resolve();
      };
      const timer = setTimeout(wake, delayMs);
      signal.addEventListener("abort", wake, { once: true });
      this.#wake = wake;
    });
  }

  #changed(): void {
    this.#hasChanged = true;
    this.#wake?.();
  }

  #blind(): void {
    this.#watcher?.close();
    this.#watcher = undefined;
  }
}
