import { queryBool } from "#core/api";
import { ok, type Result } from "#core/base";
import { Allocation, AllocListStub, Deployment } from "#core/model";
import { type Store, type StoredAllocation, watchKey } from "#core/store";
import { checkId, checkIdPrefix, byCreation, creationToken } from "../pages.ts";
import { ALL_NAMESPACES, type ApiRequest } from "../request.ts";
import { allocationStub, withJob } from "../stubs.ts";
import { type Handler, type Handlers, readList, readOne, withFlags } from "./handler.ts";

interface Flags {
  readonly resources: boolean;
  readonly taskStates: boolean;
}

function flagsOf(request: ApiRequest): Result<Flags> {
  const resources = queryBool(request.query, "resources");
  if (!resources.ok) return resources;
  const taskStates = queryBool(request.query, "task_states", true);
  return taskStates.ok ? ok({ resources: resources.value, taskStates: taskStates.value }) : taskStates;
}

function rowsOf(store: Store, { namespace, options }: ApiRequest): Result<StoredAllocation[]> {
  const prefix = checkIdPrefix(options.prefix, "alloc");
  if (!prefix.ok) return prefix;
  const rows = [...store.allocations.values(prefix.value)].filter(
    ({ alloc }) => namespace === ALL_NAMESPACES || alloc.namespace === namespace,
  );
  // With a prefix the order is that of ids, without one that of creation.
  return ok(options.prefix === "" ? rows.toSorted((a, b) => a.alloc.createIndex - b.alloc.createIndex) : rows);
}

const list = withFlags(flagsOf, (request, ports, flags) =>
  readList(
    {
      noun: AllocListStub,
      watch: () => [watchKey.table("allocs")],
      rows: rowsOf,
      token: ({ alloc }) => (request.options.prefix === "" ? creationToken(alloc) : alloc.id),
      stub: (stored, store) => allocationStub(stored, store, flags),
      index: (store) => store.tableIndex("allocs"),
    },
    request,
    ports,
  ),
);

const read = readOne(
  Allocation,
  "alloc not found",
  (request) => [watchKey.row("allocs", request.params["id"] ?? "", request.namespace)],
  (store, request) => {
    const id = checkId(request.params["id"] ?? "", "alloc");
    if (!id.ok) return id;
    const stored = store.allocations.get(id.value);
    return ok(stored && withJob(stored, store));
  },
  (store) => store.tableIndex("allocs"),
);

const ofEvaluation: Handler = (request, ports) =>
  readList(
    {
      noun: AllocListStub,
      watch: () => [watchKey.allocsOfEvaluation(request.params["id"] ?? "")],
      rows: (store) => ok(store.allocations.byEvaluation(request.params["id"] ?? "")),
      token: ({ alloc }) => creationToken(alloc),
      stub: (stored, store) => allocationStub(stored, store, { resources: false, taskStates: true }),
      index: (store) => store.tableIndex("allocs"),
    },
    request,
    ports,
  );

const deployments: Handler = (request, ports) =>
  readList(
    {
      noun: Deployment,
      watch: () => [watchKey.table("deployments")],
      rows: (store) => {
        const prefix = checkIdPrefix(request.options.prefix, "deployment");
        return prefix.ok ? ok(byCreation([...store.deployments.values(prefix.value)])) : prefix;
      },
      token: creationToken,
      stub: (deployment: Deployment) => deployment,
      index: (store) => store.tableIndex("deployments"),
    },
    request,
    ports,
  );

const deployment = readOne(
  Deployment,
  "deployment not found",
  () => [watchKey.table("deployments")],
  (store, request) => {
    const id = checkId(request.params["id"] ?? "", "deployment");
    return id.ok ? ok(store.deployments.get(id.value)) : id;
  },
  (store) => store.tableIndex("deployments"),
);

const ofDeployment: Handler = (request, ports) =>
  readList(
    {
      noun: AllocListStub,
      watch: () => [watchKey.table("allocs")],
      rows: (store) =>
        ok([...store.allocations.values()].filter(({ alloc }) => alloc.deploymentId === request.params["id"])),
      token: ({ alloc }) => creationToken(alloc),
      stub: (stored, store) => allocationStub(stored, store, { resources: false, taskStates: true }),
      index: (store) => store.tableIndex("allocs"),
    },
    request,
    ports,
  );

export const allocationReads = {
  "allocations.list": list,
  "allocation.read": read,
  "evaluation.allocations": ofEvaluation,
  "deployments.list": deployments,
  "deployment.read": deployment,
  "deployment.allocations": ofDeployment,
} satisfies Partial<Handlers>;
