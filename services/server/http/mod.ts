/** The HTTP API: the endpoints of `core/api` over the state and the services that are handed in. */
export type {
  AgentPort,
  Admission,
  HealthPart,
  HttpPorts,
  JobsPort,
  LogRequest,
  LogsPort,
  StatePort,
} from "./ports.ts";
export { HttpServer } from "./server.ts";
