import { parseJobFile } from "#core/jobspec";
import { Job } from "#core/model";
import { encodeJsonDraft } from "#core/wire";
import { report } from "./ratio.ts";

const RUNS = 7;
const GROUPS = 1250;

/** A job file of about a megabyte, as a person with many services would write it. */
export function largeJobFile(): string {
  const groups = Array.from({ length: GROUPS }, (_, index) => group(index));
  return `variable "tag" {\n  default = "v1"\n}\n\njob "large" {\n  datacenters = ["dc1", "dc2"]\n${groups.join("")}}\n`;
}

function group(index: number): string {
  return `
  # Group ${index}: a service with a check, and its task.
  group "web-${index}" {
    count = ${(index % 5) + 1}

    network {
      mode = "bridge"
      port "http" {
        to = 8080
      }
    }

    service {
      name = "web-${index}"
      port = "http"
      tags = ["public", "v\${var.tag}"]

      check {
        type     = "http"
        path     = "/health"
        interval = "10s"
        timeout  = "2s"
      }
    }

    task "app" {
      driver = "docker"

      config {
        image = "registry.example/app:\${var.tag}"
        args  = ["-p", "\${NOMAD_PORT_http}"]
      }

      env {
        MODE  = "blue"
        INDEX = ${index}
      }

      template {
        data        = <<-EOT
          key={{ key "app/${index}" }}
          EOT
        destination = "local/conf"
      }
    }
  }
`;
}

/** Processor time of the best of several runs: what the work costs, whatever else the machine is doing. */
function bestMs(runs: number, run: () => void): number {
  let best = Number.POSITIVE_INFINITY;
  for (let count = 0; count < runs; count++) {
    const before = process.cpuUsage();
    run();
    const used = process.cpuUsage(before);
    best = Math.min(best, (used.user + used.system) / 1000);
  }
  return best;
}

/** Reading a megabyte of job file against reading the same job as JSON, in processor time. */
export async function jobspec(): Promise<boolean> {
  const text = largeJobFile();
  const { job } = parseJobFile(text);
  if (job === undefined) throw new Error("the large job file does not parse");
  const json = encodeJsonDraft(Job, job);
  const values = Array.from(
    { length: RUNS },
    () => bestMs(3, () => parseJobFile(text)) / bestMs(10, () => JSON.parse(json)),
  );
  return report({ name: `job file of ${text.length} characters ÷ the same job as JSON`, values, atMost: 20 });
}
