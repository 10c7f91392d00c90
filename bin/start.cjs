"use strict";
// `npm start`: everything, from a fresh clone to a running job. Written so that any Node can parse it.
var version = process.versions.node.split(".").map(Number);
if (version[0] < 20 || (version[0] === 20 && version[1] < 19)) {
  process.stderr.write(
    "Drover needs Node 20.19 or newer; this is " +
      process.version +
      ". Install it from https://nodejs.org and run npm start again.\n",
  );
  process.exit(1);
}
void require("./start/main.cjs").main(process.argv.slice(2));
