/**
 * The templates of tasks: rendered in a thread that is killed when it takes too long, read and written inside of the
 * allocation only. Where values come from and what a change does to the task are ports of the owner.
 */
export { FILE_BYTES_MAX, type FileAccess, readInside, writeInside } from "./files.ts";
export type { RenderSettings, Sandbox } from "./protocol.ts";
export { type RendererLimits, rendererLimits, TemplateRenderer } from "./renderer.ts";
export {
  type DependencySources,
  type Renderer,
  TaskTemplates,
  type TaskTemplatesOptions,
  type TemplateObserver,
} from "./task-templates.ts";
