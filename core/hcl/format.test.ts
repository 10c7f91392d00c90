import { expect, test } from "vitest";
import { formatHcl } from "./mod.ts";

function formatted(text: string): string {
  const first = formatHcl(text, "test.hcl");
  if (first.text === undefined) throw new Error(first.diagnostics.map((item) => item.summary).join());
  expect(formatHcl(first.text, "test.hcl").text).toBe(first.text);
  return first.text;
}

test("indentation, spacing and alignment", () => {
  const text = `
job   "a"  "b" {
x=1   # one
  longer   = [1,2 ,  3]// two
 list = [
1,
      { a=1,bb = 2 },
 f( x,-y )
]
   t = a.b [0].*.c
        u = c ? !d:-1+ 2 *3
  /* block */
  o = {
    a : 1
    "long key"=2
  }
    h = <<-EOT
   keep   this
    EOT
  group g {
  }
  e {}
}

`;
  expect(formatted(text)).toMatchInlineSnapshot(`
    "job "a" "b" {
      x      = 1         # one
      longer = [1, 2, 3] // two
      list   = [
        1,
        { a = 1, bb = 2 },
        f(x, -y)
      ]
      t = a.b[0].*.c
      u = c ? !d : -1 + 2 * 3
      /* block */
      o = {
        a : 1
        "long key" = 2
      }
      h = <<-EOT
       keep   this
        EOT
      group g {
      }
      e {}
    }
    "
  `);
});

test("for expressions, calls and templates keep their own inside", () => {
  const text =
    'a=[for k,v in  var.x :  "${ k }-${v}"  if  v!=null]\nb={for s in x:s=>upper( s )...}\nc = f(\n1,\n[\n2\n]\n)\nd = a[ *].b\n';
  expect(formatted(text)).toMatchInlineSnapshot(`
    "a = [for k, v in var.x : "\${ k }-\${v}" if v != null]
    b = { for s in x : s => upper(s)... }
    c = f(
      1,
      [
        2
      ]
    )
    d = a[*].b
    "
  `);
});

test("a number that is indexed does not become a fraction", () => {
  expect(formatted("a = 12.\t50\nb = c.0 . 1\n")).toBe("a = 12. 50\nb = c.0.1\n");
});
