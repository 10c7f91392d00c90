a { b = 1 }
c {}
d "x" y { e = [1,
2] }
f { g = 1 h = 2 }
i { j { } }
