import { parseBool } from "#core/api";
import { err, ok, type Result } from "#core/base";
import { jsonText } from "#core/wire";
import type { HealthPart, HttpPorts, LogRequest } from "../ports.ts";
import { indexHeaders } from "../read.ts";
import { failed, json, type Reply, text } from "../reply.ts";
import type { ApiRequest } from "../request.ts";
import { type Handler, type Handlers, required } from "./handler.ts";

const self: Handler = (_, ports) => json(ports.agent.self());
const members: Handler = (_, ports) => json(ports.agent.members());
const leader: Handler = (_, ports) => {
  const address = ports.agent.leaderAddress();
  return address === undefined ? text("No cluster leader", 500) : json(jsonText(address));
};
const peers: Handler = (_, ports) => json(listText(ports.agent.peerAddresses()));
const regions: Handler = (_, ports) => json(listText([...ports.agent.regions()].sort()));

function listText(items: readonly string[]): string {
  return `[${items.map(jsonText).join(",")}]`;
}

const health: Handler = (request, ports) => {
  const wanted = request.query("type") ?? "";
  const { client, server } = ports.agent.health();
  const isWanted = (role: string): boolean => wanted === "" || wanted === role;
  const parts = { ...(isWanted("client") && client && { client }), ...(isWanted("server") && server && { server }) };
  const body = JSON.stringify(parts);
  const isWell = Object.values(parts).every((part: HealthPart) => part.ok);
  return isWell ? json(body) : text(body, 500);
};

const collectGarbage: Handler = async (_, ports) => {
  const done = await ports.collectGarbage();
  return done.ok ? { kind: "empty", status: 200 } : failed(done.failure);
};

const logs: Handler = async (request, ports) => {
  const wanted = logRequest(request, ports);
  if (!wanted.ok) return failed(wanted.failure);
  const opened = await ports.logs.open(wanted.value, request.signal);
  if (!opened.ok) return failed(opened.failure);
  return { kind: "stream", contentType: wanted.value.plain ? "text/plain" : "application/json", chunks: opened.value };
};

function logRequest({ params, query }: ApiRequest, ports: HttpPorts): Result<LogRequest> {
  const allocId = required(params["id"], "must provide a valid alloc id", "alloc");
  if (!allocId.ok) return allocId;
  const task = required(query("task"), "must provide task name", "task");
  if (!task.ok) return task;
  const [follow, plain] = [flag(query("follow")), flag(query("plain"))];
  if (follow === undefined || plain === undefined)
    return err("bad_request", "failed to parse follow field to boolean", { field: "follow" });
  const type = query("type") ?? "";
  if (type !== "stdout" && type !== "stderr")
    return err("bad_request", "must provide log type (stdout/stderr)", { field: "type" });
  const offset = Number(query("offset") || "0");
  if (!Number.isSafeInteger(offset))
    return err(
      "bad_request",
      `error parsing offset: strconv.ParseInt: parsing ${jsonText(query("offset") ?? "")}: invalid syntax`,
      { field: "offset" },
    );
  const origin = query("origin") || "start";
  if (origin !== "start" && origin !== "end")
    return err("bad_request", "origin must be start or end", { field: "origin" });
  if (!ports.state.store().allocations.get(allocId.value))
    return err("not_found", `Unknown allocation ${jsonText(allocId.value)}`);
  return ok({ allocId: allocId.value, task: task.value, type, follow, offset, origin, plain });
}

function flag(value: string | undefined): boolean | undefined {
  return value === undefined || value === "" ? false : parseBool(value);
}

/** The token that stands for everybody while access control is off. */
const ownToken: Handler = (_, ports) => {
  const token = {
    AccessorID: "acls-disabled",
    SecretID: "",
    Name: "ACLs disabled token",
    Type: "client",
    Policies: null,
    Roles: null,
    Global: false,
    Hash: null,
    CreateTime: "0001-01-01T00:00:00Z",
    ExpirationTime: null,
    ExpirationTTL: "",
    CreateIndex: 0,
    ModifyIndex: 0,
  };
  return json(JSON.stringify(token), indexHeaders(0, ports));
};

const openId: Handler = () => text("OIDC Discovery endpoint disabled", 404);

const uiRoot: Handler = () => redirect("/ui/");
const uiFile: Handler = (request, ports) => page(request.params["file"] ?? "", ports);
const uiPage: Handler = (_, ports) => page("index.html", ports);

function page(file: string, ports: HttpPorts): Reply {
  // Paths of the application itself are drawn by its one page.
  const found = ports.uiPage(file) ?? ports.uiPage("index.html");
  if (!found) return { kind: "empty", status: 404 };
  return { kind: "html", text: found.body, status: 200, headers: { "Content-Type": found.contentType } };
}

export function redirect(location: string): Reply {
  return {
    kind: "html",
    status: 307,
    text: `<a href="${location}">Temporary Redirect</a>.\n\n`,
    headers: { Location: location },
  };
}

export const agentHandlers = {
  "agent.self": self,
  "agent.members": members,
  "agent.health": health,
  "status.leader": leader,
  "status.peers": peers,
  "regions.list": regions,
  "system.gc": collectGarbage,
  "client.logs": logs,
  "acl.token.self": ownToken,
  "openid.configuration": openId,
  "ui.root": uiRoot,
  "ui.page": uiPage,
  "ui.file": uiFile,
} satisfies Partial<Handlers>;
