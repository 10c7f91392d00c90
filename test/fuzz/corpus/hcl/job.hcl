variable "n" {
  default = 2
  validation {
    condition = var.n > 0
    error_message = "m"
  }
}
locals {
  a = local.b
  b = "x${var.n}"
}
job "j" {
  dynamic "group" {
    for_each = ["r", "g"]
    labels = [group.value]
    content {
      count = var.n
      network {
        port "http" {
          static = 80
        }
      }
      task "t" {
        driver = "docker"
        config {
          image = "${local.a}:${NOMAD_ALLOC_ID}"
          opts "l" {
            k = { v = null }
          }
        }
        template {
          data = <<EOF
{{ key "x" }}
EOF
          destination = "local/x"
        }
      }
    }
  }
}
