import { expect, test } from "vitest";
import { parseQueryOptions, queryBool, routeOf } from "#core/api";

const named = (method: string, path: string) => {
  const route = routeOf(method, path);
  return route.kind === "endpoint" ? `${route.name} ${JSON.stringify(route.params)}` : route.kind;
};

test("an id may hold slashes and even words that are suffixes", () => {
  expect(named("GET", "/v1/job/batch/dispatch-1-2")).toBe('job.read {"id":"batch/dispatch-1-2"}');
  expect(named("GET", "/v1/job/a/allocations")).toBe('job.allocations {"id":"a"}');
  expect(named("GET", "/v1/job/a/summary/allocations")).toBe('job.allocations {"id":"a/summary"}');
  expect(named("GET", "/v1/job/ghost/horoscope")).toBe('job.read {"id":"ghost/horoscope"}');
});

test("a known path with another method is told apart from an unknown path", () => {
  expect(named("PATCH", "/v1/job/a")).toBe("wrong-method");
  expect(named("DELETE", "/v1/jobs")).toBe("wrong-method");
  expect(named("GET", "/v1/jobs/")).toBe("unknown");
  expect(named("GET", "/v2/jobs")).toBe("unknown");
});

test("routes of other editions and of access control are known as such", () => {
  expect(named("GET", "/v1/quota/usage/small")).toBe("enterprise");
  expect(named("POST", "/v1/acl/bootstrap")).toBe("acl");
  expect(named("GET", "/v1/acl/token/self")).toBe("acl.token.self {}");
});

test("no path makes the router throw", () => {
  for (const path of ["", "/", "//", "/v1/job/%", "/v1/job/\u0000", `/v1/job/${"a/".repeat(1000)}`])
    expect(() => routeOf("GET", path)).not.toThrow();
});

const options = (query: Record<string, string>) => parseQueryOptions((name) => query[name]);

test("common query parameters are parsed as the compatible server does", () => {
  expect(options({ index: "7", wait: "1m30s", stale: "" })).toMatchObject({
    value: { minIndex: 7, waitMs: 90_000, allowStale: true },
  });
  expect(options({ wait: "10h" })).toMatchObject({ value: { waitMs: 300_000 } });
  expect(options({ wait: "soon" })).toMatchObject({ failure: { code: "bad_request", message: "Invalid wait time" } });
  expect(options({ index: "-1" })).toMatchObject({ failure: { message: "Invalid index" } });
  expect(options({ per_page: "many" })).toMatchObject({
    failure: { message: "Expect a number for `per_page` query string parameter" },
  });
  expect(queryBool((name) => ({ meta: "yes please" })[name], "meta")).toMatchObject({
    failure: {
      code: "invalid",
      message:
        'Failed to parse value of "meta" (yes please) as a bool: strconv.ParseBool: parsing "yes please": invalid syntax',
    },
  });
});
