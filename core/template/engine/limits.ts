/** What a template may use up. The worker that runs it adds 1 s of time and 256 MB of memory. */
export interface Limits {
  /** Actions, iterations, calls, and their work counted by size. */
  readonly stepsMax: number;
  /** Characters of output. */
  readonly outputMax: number;
  /** Templates that call templates. */
  readonly depthMax: number;
  /** Characters of a source in the Go language. */
  readonly sourceMax: number;
  /** Characters of a Handlebars source, which cannot count its steps. */
  readonly handlebarsSourceMax: number;
}

export const defaultLimits: Limits = {
  stepsMax: 2_000_000,
  outputMax: 16 * 1024 * 1024,
  depthMax: 500,
  sourceMax: 1024 * 1024,
  handlebarsSourceMax: 16 * 1024,
};
