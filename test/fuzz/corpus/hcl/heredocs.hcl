a = <<EOT
plain ${1 + 1}

  EOT
b = <<-X
    one

      %{ if true ~}
    two
    %{ endif ~}
    X
c = f(<<E
x
E
)
