import { queryBool } from "#core/api";
import { ok, Secret, type Result } from "#core/base";
import { Allocation, Node, NodeListStub } from "#core/model";
import { type Store, watchKey } from "#core/store";
import { encodeJson, encodeJsonList } from "#core/wire";
import { checkId, checkIdPrefix } from "../pages.ts";
import { answer } from "../read.ts";
import type { ApiRequest } from "../request.ts";
import { nodeStub, withJob } from "../stubs.ts";
import { type Handler, type Handlers, readList, withFlags } from "./handler.ts";

function flagsOf(request: ApiRequest): Result<{ resources: boolean; os: boolean }> {
  const parsed = (["resources", "os"] as const).map((name) => queryBool(request.query, name));
  const refused = parsed.find((flag) => !flag.ok);
  if (refused && !refused.ok) {
    return {
      ok: false,
      failure: {
        ...refused.failure,
        code: "bad_request",
        message: `Failed to parse node list fields: ${refused.failure.message}`,
      },
    };
  }
  const [resources, os] = parsed.map((flag) => flag.ok && flag.value) as [boolean, boolean];
  return ok({ resources, os });
}

const list = withFlags(flagsOf, (request, ports, flags) =>
  readList(
    {
      noun: NodeListStub,
      watch: () => [watchKey.table("nodes")],
      rows: (store) => {
        const prefix = checkIdPrefix(request.options.prefix, "node");
        return prefix.ok ? ok([...store.nodes.values(prefix.value)]) : prefix;
      },
      token: (node: Node) => node.id,
      stub: (node: Node) => nodeStub(node, flags),
      index: (store) => store.tableIndex("nodes"),
    },
    request,
    ports,
  ),
);

function findNode(store: Store, request: ApiRequest): Result<Node | undefined> {
  const id = checkId(request.params["id"] ?? "", "node");
  return id.ok ? ok(store.nodes.get(id.value)) : id;
}

const read: Handler = (request, ports) =>
  answer(
    {
      watch: [watchKey.row("nodes", request.params["id"] ?? "")],
      find: (store) => {
        const node = findNode(store, request);
        if (!node.ok) return node;
        if (!node.value) return ok({ index: store.tableIndex("nodes"), json: undefined, missing: "node not found" });
        return ok({ index: node.value.modifyIndex, json: shown(node.value) });
      },
    },
    request,
    ports,
  );

/** A node without its secret, and with the one field that is computed. */
function shown(node: Node): string {
  const json = encodeJson(Node, { ...node, secretId: new Secret("") });
  return `${json.slice(0, -1)},"Drain":${node.drainStrategy !== null}}`;
}

const allocations: Handler = (request, ports) =>
  answer(
    {
      watch: [watchKey.allocsOfNode(request.params["id"] ?? "")],
      find: (store) => {
        const node = findNode(store, request);
        if (!node.ok) return node;
        const allocs = store.allocations.byNode(request.params["id"] ?? "").map((stored) => withJob(stored, store));
        return ok({ index: store.tableIndex("allocs"), json: encodeJsonList(Allocation, allocs) });
      },
    },
    request,
    ports,
  );

export const nodeReads = {
  "nodes.list": list,
  "node.read": read,
  "node.allocations": allocations,
} satisfies Partial<Handlers>;
