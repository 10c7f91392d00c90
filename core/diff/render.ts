import type { FieldDiff, JobDiff, ObjectDiff, TaskDiff, TaskGroupDiff } from "#core/model";

export interface RenderOptions {
  /** Shows the fields of added and deleted groups and tasks too. */
  readonly verbose?: boolean;
  /** Colours a marker or an annotation; by default nothing is coloured. */
  readonly paint?: (what: Paint, text: string) => string;
}

export type Paint = "added" | "deleted" | "edited" | "annotation";

const markers: Readonly<Record<string, readonly [string, Paint]>> = {
  Added: ["+ ", "added"],
  Deleted: ["- ", "deleted"],
  Edited: ["+/- ", "edited"],
};

function markerOf(type: string): string {
  return markers[type]?.[0] ?? "";
}

function widest(types: readonly (readonly { readonly type: string }[] | null)[]): number {
  return Math.max(0, ...types.flatMap((items) => (items ?? []).map((item) => markerOf(item.type).length)));
}

/** The diff as `job plan` prints it: names in a column, markers to their left, objects in braces. */
export function renderJobDiff(diff: JobDiff, options: RenderOptions = {}): string {
  return new Renderer(options).job(diff);
}

class Renderer {
  readonly #verbose: boolean;
  readonly #paint: (what: Paint, text: string) => string;

  constructor({ verbose = false, paint = (_, text) => text }: RenderOptions) {
    this.#verbose = verbose;
    this.#paint = paint;
  }

  job(diff: JobDiff): string {
    const head = `${this.marker(diff.type, markerOf(diff.type).length)}Job: ${JSON.stringify(diff.id)}\n`;
    const groups = diff.taskGroups ?? [];
    const isDetailed = diff.type === "Edited" || this.#verbose;
    const width = widest(isDetailed ? [diff.fields, diff.objects, groups] : [groups]);
    const details = isDetailed ? this.fields(diff.fields, 0, width) + this.objects(diff.objects, 0, width) : "";
    return head + details + groups.map((group) => `${this.group(group, width)}\n`).join("");
  }

  private group(group: TaskGroupDiff, width: number): string {
    const updates = Object.entries(group.updates ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
    const counts = updates.map(([name, count]) => `${count} ${name}`).join(", ");
    const shown = counts === "" ? "" : ` (${counts})`;
    const head = `${this.marker(group.type, width)}Task Group: ${JSON.stringify(group.name)}${shown}\n`;
    const start = innerStart(0, width, group.type);
    const isDetailed = group.type === "Edited" || this.#verbose;
    const inner = widest(isDetailed ? [group.fields, group.objects, group.tasks] : [group.tasks]);
    const details = isDetailed
      ? this.fields(group.fields, start, inner) + this.objects(group.objects, start, inner)
      : "";
    return head + details + (group.tasks ?? []).map((task) => this.task(task, start, inner)).join("");
  }

  private task(task: TaskDiff, start: number, width: number): string {
    const head = `${" ".repeat(start)}${this.marker(task.type, width)}Task: ${JSON.stringify(task.name)}${this.annotations(task.annotations)}\n`;
    if (task.type === "None" || (task.type !== "Edited" && !this.#verbose)) return head;
    const inside = innerStart(start, width, task.type);
    const inner = widest([task.fields, task.objects]);
    return head + this.fields(task.fields, inside, inner) + this.objects(task.objects, inside, inner);
  }

  private fields(fields: readonly FieldDiff[] | null, start: number, width: number): string {
    const longest = Math.max(0, ...(fields ?? []).map((field) => field.name.length));
    return (fields ?? []).map((field) => this.field(field, start, width, longest)).join("");
  }

  private field(field: FieldDiff, start: number, width: number, longest: number): string {
    const pad = " ".repeat(longest - field.name.length);
    return `${" ".repeat(start)}${this.marker(field.type, width)}${field.name}:${pad} ${valueOf(field)}${this.annotations(field.annotations)}\n`;
  }

  private objects(objects: readonly ObjectDiff[] | null, start: number, width: number): string {
    return (objects ?? []).map((object) => this.object(object, start, width)).join("");
  }

  private object(object: ObjectDiff, start: number, width: number): string {
    const inside = innerStart(start, width, object.type);
    const inner = widest([object.fields, object.objects]);
    const body = this.fields(object.fields, inside, inner) + this.objects(object.objects, inside, inner);
    const head = `${" ".repeat(start)}${this.marker(object.type, width)}${object.name} {\n`;
    return `${head}${body || "\n"}${" ".repeat(start + width)}}\n`;
  }

  private marker(type: string, width: number): string {
    const [text, paint] = markers[type] ?? ["", undefined];
    const pad = " ".repeat(width - text.length);
    return paint === undefined ? pad : `${this.#paint(paint, text.trimEnd())} ${pad}`;
  }

  private annotations(annotations: readonly string[] | null): string {
    if (annotations === null || annotations.length === 0) return "";
    return ` (${annotations.map((text) => this.#paint("annotation", text)).join(", ")})`;
  }
}

/** What lies inside an item begins two columns further in, and further by what the item's marker leaves free. */
function innerStart(start: number, width: number, type: string): number {
  return start + 2 + width - markerOf(type).length;
}

function valueOf({ type, old, new: current }: FieldDiff): string {
  if (type === "Edited") return `${JSON.stringify(old)} => ${JSON.stringify(current)}`;
  return JSON.stringify(type === "Deleted" ? old : current);
}
