/** The HTTP API, declared once: its endpoints, how a path finds one, what every query understands, and a client. */
export { type Access, type Endpoint, type EndpointKind, type Method, type QueryParameter } from "./endpoint.ts";
export { type EndpointName, endpoints } from "./endpoints.ts";
export { parseBool, parseQueryOptions, parseUnsigned, queryBool, type QueryOptions, type QueryText } from "./query.ts";
export { type PathParams, type Route, routeOf } from "./router.ts";
export { ApiClient, type ApiRequest, type ApiResponse, type ApiTransport } from "./client.ts";
