import { queryBool } from "#core/api";
import { err, ok, pick, type Result } from "#core/base";
import { Evaluation, EvaluationStub } from "#core/model";
import { type Store, watchKey } from "#core/store";
import { encodeJson } from "#core/wire";
import { byCreation, checkId, checkIdPrefix, creationToken } from "../pages.ts";
import { answer } from "../read.ts";
import { ALL_NAMESPACES, type ApiRequest } from "../request.ts";
import { type Handler, type Handlers, readList, withFlags } from "./handler.ts";

function rowsOf(store: Store, request: ApiRequest): Result<Evaluation[]> {
  const [status, job] = [request.query("status") ?? "", request.query("job") ?? ""];
  if (request.options.filter !== "" && (status !== "" || job !== "")) {
    return err("bad_request", "Filter expression cannot be used with other filter parameters", { field: "filter" });
  }
  const prefix = checkIdPrefix(request.options.prefix, "eval");
  if (!prefix.ok) return prefix;
  const rows = [...store.evaluations.values(prefix.value)].filter(
    (evaluation) =>
      (request.namespace === ALL_NAMESPACES || evaluation.namespace === request.namespace) &&
      (status === "" || evaluation.status === status) &&
      (job === "" || evaluation.jobId === job),
  );
  return ok(request.options.prefix === "" ? byCreation(rows) : rows);
}

const list: Handler = (request, ports) =>
  readList(
    {
      noun: Evaluation,
      watch: () => [watchKey.table("evals")],
      rows: rowsOf,
      token: (evaluation: Evaluation) => (request.options.prefix === "" ? creationToken(evaluation) : evaluation.id),
      stub: (evaluation: Evaluation) => evaluation,
      index: (store) => store.tableIndex("evals"),
    },
    request,
    ports,
  );

const count: Handler = (request, ports) =>
  answer(
    {
      watch: [watchKey.table("evals")],
      find: (store) => {
        const rows = rowsOf(store, request);
        if (!rows.ok) return rows;
        const index = store.tableIndex("evals");
        const { knownLeader, lastContactMs } = ports.state.contact();
        return ok({
          index,
          json: JSON.stringify({
            Count: rows.value.length,
            Index: index,
            LastContact: lastContactMs,
            KnownLeader: knownLeader,
            NextToken: "",
          }),
        });
      },
    },
    request,
    ports,
  );

const read = withFlags(
  (request) => queryBool(request.query, "related"),
  (request, ports, related) =>
    answer(
      {
        watch: [watchKey.row("evals", request.params["id"] ?? "", request.namespace)],
        find: (store) => {
          const id = checkId(request.params["id"] ?? "", "failed to lookup eval: eval");
          if (!id.ok) return id;
          const found = store.evaluations.get(id.value);
          if (!found) return ok({ index: store.tableIndex("evals"), json: undefined, missing: "eval not found" });
          const shown = related ? { ...found, relatedEvals: relatedOf(store, found) } : found;
          return ok({ index: found.modifyIndex, json: encodeJson(Evaluation, shown) });
        },
      },
      request,
      ports,
    ),
);

/** Everything that is reached over next, previous and blocked evaluations. */
function relatedOf(store: Store, start: Evaluation): EvaluationStub[] {
  const seen = new Set([start.id]);
  const pending = [start];
  const related: EvaluationStub[] = [];
  for (let evaluation = pending.pop(); evaluation !== undefined; evaluation = pending.pop()) {
    for (const id of [evaluation.nextEval, evaluation.previousEval, evaluation.blockedEval]) {
      const next = seen.has(id) ? undefined : store.evaluations.get(id);
      if (!next) continue;
      seen.add(id);
      pending.push(next);
      related.push(stubOf(next));
    }
  }
  return related;
}

function stubOf(evaluation: Evaluation): EvaluationStub {
  return {
    ...pick(
      evaluation,
      "id",
      "namespace",
      "priority",
      "type",
      "triggeredBy",
      "jobId",
      "nodeId",
      "deploymentId",
      "status",
      "statusDescription",
      "nextEval",
      "previousEval",
      "blockedEval",
      "createIndex",
      "modifyIndex",
      "createTimeMs",
      "modifyTimeMs",
    ),
    waitUntilMs: evaluation.waitUntilMs || null,
  };
}

export const evaluationReads = {
  "evaluations.list": list,
  "evaluations.count": count,
  "evaluation.read": read,
} satisfies Partial<Handlers>;
