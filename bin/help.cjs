"use strict";
// The list of commands, the help of a group, and what to say to a command that is not there.
const fs = require("fs");

const common = ["run", "stop", "status", "alloc", "job", "node", "agent"];
const groups = {
  alloc: "Interact with allocations",
  eval: "Interact with evaluations",
  job: "Interact with jobs",
  node: "Interact with nodes",
  operator: "Provides cluster-level tools for operators",
  system: "Interact with the system API",
};
const EXIT_UNKNOWN = 127;

function rows(entries) {
  const width = Math.max(...entries.map(([name]) => name.length));
  return entries.map(([name, summary]) => "    " + name.padEnd(width + 4) + summary).join("\n");
}

function topLevel(table) {
  const known = new Map(Object.entries(groups));
  const isOldName = (name) => /^[a-z]+-/.test(name) || ["init", "inspect", "logs"].includes(name);
  for (const [name, entry] of Object.entries(table.commands)) {
    if (!name.includes(" ") && !isOldName(name)) known.set(name, entry.summary);
  }
  return known;
}

function usage(table, program) {
  const known = topLevel(table);
  const first = common.filter((name) => known.has(name)).map((name) => [name, known.get(name)]);
  const rest = [...known].filter(([name]) => !common.includes(name)).sort(([left], [right]) => (left < right ? -1 : 1));
  return (
    "Usage: " +
    program +
    " [-version] [-help] <command> [args]\n\nCommon commands:\n" +
    rows(first) +
    "\n\nOther commands:\n" +
    rows(rest) +
    "\n"
  );
}

function groupUsage(table, program, group) {
  const prefix = group + " ";
  const members = Object.entries(table.commands).filter(([name]) => name.startsWith(prefix));
  const entries = members.map(([name, entry]) => [name.slice(prefix.length), entry.summary]);
  return "Usage: " + program + " " + group + " <subcommand> [options] [args]\n\nSubcommands:\n" + rows(entries) + "\n";
}

module.exports = function help(table, program, argv) {
  const [first, second] = argv;
  const wantsHelp = argv.some((word) => word === "-h" || word === "-help" || word === "--help") || first === "help";
  if (first !== undefined && Object.hasOwn(groups, first)) {
    fs.writeSync(1, groupUsage(table, program, first));
    const begins = first + " " + second + " ";
    const isPart = Object.keys(table.commands).some((name) => name.startsWith(begins));
    if (second !== undefined && !second.startsWith("-") && !isPart)
      fs.writeSync(2, "hint: `" + first + " " + second + "` is not built in this version\n");
    process.exitCode = wantsHelp ? 0 : 1;
    return;
  }
  fs.writeSync(1, usage(table, program));
  const isKnown = first === undefined || first.startsWith("-") || first === "help";
  if (!isKnown) fs.writeSync(2, "hint: `" + first + "` is not a command of this version\n");
  process.exitCode = wantsHelp && isKnown ? 0 : EXIT_UNKNOWN;
};
