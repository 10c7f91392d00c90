# A small HTTP service, twice, each on a port of its own, run with Node. Change it and run it again:
#
#     bin/drover job run examples/hello.drover.hcl

variable "node" {
  description = "The Node to run it with; npm start passes its own."
  type        = string
  default     = "node"
}

variable "greeting" {
  type    = string
  default = "hello"
}

job "hello" {
  type = "service"

  group "web" {
    count = 2

    network {
      port "http" {}
    }

    restart {
      attempts = 2
      interval = "1m"
      delay    = "1s"
      mode     = "fail"
    }

    task "server" {
      driver = "raw_exec"

      config {
        command = var.node
        args    = ["-e", <<-SCRIPT
          const { createServer } = require("node:http");
          const port = Number(process.env.NOMAD_PORT_http);
          createServer((request, answer) => {
            console.log(request.method, request.url);
            answer.end(process.env.GREETING + " from " + process.env.NOMAD_ALLOC_NAME + "\n");
          }).listen(port, () => console.log("listening on port " + port));
        SCRIPT
        ]
      }

      env {
        GREETING = var.greeting
      }

      resources {
        cpu    = 100
        memory = 64
      }

      kill_timeout = "2s"
    }
  }
}
