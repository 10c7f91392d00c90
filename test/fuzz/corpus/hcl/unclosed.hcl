job "x" {
  a = "open
  b = [1, {
  c = <<EOT
never
