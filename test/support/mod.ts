/** What tests share: nouns with sensible fields, and where the golden cases are. */
export { AgentProcess, type AgentPorts, freePorts, until } from "./agent-process.ts";
export { conformanceFolder, isConformancePresent } from "./conformance.ts";
export { applyAll, type LogBook, logBook } from "./log-book.ts";
export { sampleEvaluation, sampleGroup, sampleJob, sampleNode, sampleTask } from "./samples.ts";
export { killStrays } from "./stray.ts";
export { contiguousLines, NUMBERED_LINES } from "./numbered-lines.ts";
export { component } from "./components.ts";
export { CONSUL_TOKEN, type ConsulOptions, ConsulProcess } from "./consul-process.ts";
export { freeTcpPorts } from "./free-ports.ts";
export { judge } from "./rbac-judge.ts";
