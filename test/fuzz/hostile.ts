const many = (count: number, make: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => make(index)).join("");

/** Texts of a job file that look for the expensive corners: each must end in a result or a diagnostic within a second and 256 MB. */
export const hostileTexts: Readonly<Record<string, string>> = {
  "open quotes": 'a = "'.repeat(300_000),
  "open heredocs": "a = <<E\n".repeat(200_000),
  "open interpolations": `a = "${"${".repeat(500_000)}`,
  "open comments": "/*".repeat(900_000),
  "a long heredoc with interpolations": `a = <<-E\n${"  ${x} y\n".repeat(180_000)}E\n`,
  "mistakes on every line": "@\n".repeat(900_000),
  "the same argument again and again": "a = 1\n".repeat(300_000),
  "many arguments": many(100_000, (index) => `a${index} = ${index}\n`),
  "combining characters": `a = "${"\u1100".repeat(300_000)}${"e\u0301".repeat(100_000)}" y`,
  "a list of many items": `locals {\n a = [${'"x",'.repeat(150_000)}]\n}\njob "j" {}\n`,
  "a sum of many terms": `locals {\n a = 1${"+1".repeat(200_000)}\n}\njob "j" {}\n`,
  "JSON, nested": `{"job": {"j": ${"[".repeat(900_000)}`,
  "JSON, wide": `{"job": {"j": {"meta": {${many(100_000, (index) => `"k${index}": "v",`)}"z": "z"}}}}`,
  "many variables": `${many(30_000, (index) => `variable "v${index}" {\n default = 1\n}\n`)}job "j" {}\n`,
  "digits of far exponents": `locals {\n${many(3000, (index) => ` a${index} = "x\${1e-999}"\n`)}}\njob "j" {}\n`,
  "a chain of locals": `locals {\n l0 = 1\n${many(20_000, (index) => ` l${index + 1} = [local.l${index}]\n`)}}\njob "j" {}\n`,
  "a pattern that backtracks": `job "j" {\n name = regex_replace("${"a".repeat(50_000)}", "(a*)*b", "x")\n}\n`,
  "decimals of 512 bits": `locals {\n a = [for i in range(600) : [for j in range(600) : i * 1.1 + j / 3]]\n b = local.a\n}\njob "j" {}\n`,
  "many decimals": `locals {\n a = [${"0.1,".repeat(240_000)}]\n}\njob "j" {}\n`,
  "a text in pieces": `locals {\n a = split("", "${"x".repeat(1_000_000)}")\n b = [for c in local.a : "\${c}y"]\n}\njob "j" {}\n`,
  "a product of sets": `locals {\n a = setproduct(range(500), range(500))\n b = setproduct(local.a, range(9))\n}\njob "j" {}\n`,
  "values as JSON and back": `locals {\n a = jsonencode([for i in range(900) : [for j in range(90) : "v\${i}-\${j}"]])\n b = [for i in range(40) : jsondecode(local.a)]\n}\njob "j" {\n meta = { for i in range(40) : "k\${i}" => local.a }\n}\n`,
  "texts that double": `locals {\n a0 = "${"x".repeat(1000)}"\n${many(40, (index) => ` a${index + 1} = "\${local.a${index}}\${local.a${index}}"\n`)}}\njob "j" {\n name = local.a15\n}\n`,
  "an argument of a job with many texts": `job "j" {\n${many(60_000, (index) => `  constraint {\n    attribute = "\${attr.a${index}}"\n  }\n`).slice(0, 1_900_000)}`,
  "many tasks": `job "j" {\n  group "g" {\n${many(9000, (index) => `    task "t${index}" {\n      driver = "exec"\n      config {\n        command = "c"\n      }\n    }\n`)}  }\n}\n`,
  "wide texts that double": `locals {\n a0 = upper("${"語".repeat(1000)}")\n${many(40, (index) => ` a${index + 1} = upper("\${local.a${index}}\${local.a${index}}")\n`)}}\njob "j" {\n name = local.a13\n}\n`,
  "wide texts joined": `locals {\n a = [for i in range(1000) : "${"語".repeat(3000)}"]\n b = join("語", local.a)\n}\njob "j" {\n name = local.b\n meta {\n  x = replace(local.b, "語", "語語")\n }\n}\n`,
  "wide texts as JSON": `locals {\n a = jsonencode([for i in range(1000) : "${"語".repeat(5000)}"])\n}\njob "j" {\n name = local.a\n meta {\n  x = base64encode(local.a)\n  y = sha512(local.a)\n }\n}\n`,
};
