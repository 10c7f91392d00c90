locals {
  a = local
  b = [local, local.a]
}
job "j" {
  meta = local.a
}
