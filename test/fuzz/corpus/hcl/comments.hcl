# one
// two
/* three
 four */ a = 1 /* five */ # six
b = [ # c
  1, // d
]
