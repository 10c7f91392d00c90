/** The thread that reads the text of jobs: one request, one answer. Its time and memory are bounded by parser.ts. */
import { parentPort } from "node:worker_threads";
import { assert } from "#core/base";
import type { ParseRequest } from "#core/jobspec";
import { parseText } from "./parse-text.ts";

assert(parentPort !== null, "parse-worker.js runs as a worker thread");
const port = parentPort;

port.on("message", (request: ParseRequest) => port.postMessage(parseText(request)));
port.postMessage("ready");
