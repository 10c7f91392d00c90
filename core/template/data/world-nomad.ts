import { compareText } from "../values/bytes.ts";
import { int, Int, strings, Struct } from "../values/value.ts";
import type { Dependency, DependencyOf } from "./dependency.ts";
import { nomadServiceSnippetType, nomadServiceType, variableMetaType, variableOf } from "./objects.ts";
import { choose, type Weighable } from "./rendezvous.ts";
import type { Answer } from "./snapshot.ts";
import { absent, found, listAnswer, unsupported } from "./answers.ts";

interface VariableData {
  readonly path: string;
  readonly namespace?: string;
  readonly items: Readonly<Record<string, string>>;
}

interface RegistrationData extends Weighable {
  readonly NodeID: string;
  readonly Datacenter: string;
  readonly JobID: string;
}

export interface NomadData {
  readonly variables?: readonly VariableData[];
  readonly services?: readonly RegistrationData[];
}

const INDEX = 10;

export class NomadWorld {
  readonly #variables: readonly VariableData[];
  readonly #services: readonly RegistrationData[];

  constructor({ variables = [], services = [] }: NomadData) {
    this.#variables = variables.toSorted(
      (left, right) =>
        compareText(left.namespace ?? "default", right.namespace ?? "default") || compareText(left.path, right.path),
    );
    this.#services = services.toSorted((left, right) => compareText(left.ID, right.ID));
  }

  answerTo(dependency: Dependency): Answer | undefined {
    switch (dependency.kind) {
      case "nomadService":
        return this.#service(dependency);
      case "nomadServices":
        return this.#names();
      case "variable":
        return this.#variable(dependency);
      case "variableList":
        return this.#list(dependency);
      default:
        return unsupported(dependency);
    }
  }

  #service({ service, tag, choose: wanted }: DependencyOf<"nomadService">): Answer | undefined {
    const instances = this.#services.filter(
      (one) => one.ServiceName === service && (tag === "" || one.Tags?.includes(tag) === true),
    );
    // The agent refuses an empty hash key, so the value never comes.
    if (wanted?.key === "") return undefined;
    const kept = wanted === undefined ? instances : choose(instances, wanted.count, wanted.key);
    return listAnswer(kept.map(registrationValue), "*dependency.NomadService");
  }

  #names(): Answer {
    const names = [...new Set(this.#services.map((one) => one.ServiceName))].sort(compareText);
    const snippets = names.map((name) => {
      const tags = this.#services.filter((one) => one.ServiceName === name).flatMap((one) => one.Tags ?? []);
      return new Struct(nomadServiceSnippetType, { Name: name, Tags: sortedTags(new Set(tags)) });
    });
    return listAnswer(snippets, "*dependency.NomadServicesSnippet");
  }

  #variable({ path, namespace }: DependencyOf<"variable">): Answer {
    const variable = this.#variables.find((one) => one.path === path && (one.namespace ?? "default") === namespace);
    if (variable === undefined) return absent;
    return found(variableOf(variable.items, metaOf(variable)), Object.values(variable.items));
  }

  #list({ prefix, namespace }: DependencyOf<"variableList">): Answer {
    const listed = this.#variables.filter(
      (one) => one.path.startsWith(prefix) && (namespace === "*" || (one.namespace ?? "default") === namespace),
    );
    return listAnswer(listed.map(metaOf), "*dependency.NomadVarMeta");
  }
}

function metaOf({ path, namespace = "default" }: VariableData): Struct {
  return new Struct(variableMetaType, {
    Namespace: namespace,
    Path: path,
    CreateIndex: new Int("uint64", INDEX),
    ModifyIndex: new Int("uint64", INDEX),
    CreateTime: new Int("int64", 0),
    ModifyTime: new Int("int64", 0),
  });
}

function sortedTags(tags: Iterable<string>) {
  return strings([...tags].sort(compareText), "dependency.ServiceTags");
}

function registrationValue(one: RegistrationData): Struct {
  return new Struct(nomadServiceType, {
    ID: one.ID,
    Name: one.ServiceName,
    Node: one.NodeID,
    Address: one.Address,
    Port: int(one.Port),
    Datacenter: one.Datacenter,
    Tags: sortedTags(one.Tags ?? []),
    JobID: one.JobID,
    AllocID: one.AllocID,
  });
}
