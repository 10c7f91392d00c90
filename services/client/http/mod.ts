/** The HTTP API of an agent without a server: what it says of itself, and the rest from a server of the region. */
export { ClientHttp, type ClientHttpPorts } from "./client-http.ts";
