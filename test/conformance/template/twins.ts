/** Handlebars twins of golden cases: the same data gives the same bytes. */
export const twins: Readonly<Record<string, string>> = {
  "consul-connect":
    '{{#each (connect "db")}}{{Name}} {{ID}} {{Address}}:{{Port}} {{ServiceMeta.v}}{{/each}}\n{{#each (connect "native")}}{{Name}}:{{Port}}{{/each}} {{#each (connect "none")}}x{{else}}none{{/each}}\n',
  "consul-empty-path":
    '[{{key ""}}] [{{keyExists ""}}] [{{#each (ls "")}}x{{/each}}] [{{#each (tree "")}}x{{/each}}]\n',
  "consul-first-pass-zero-values":
    '{{#each (loop (parseInt (keyOrDefault "n" "0")))}}{{this}}{{/each}} {{add 1 (parseInt (keyOrDefault "n" "0"))}}\n',
  "consul-key-dynamic-path": '{{#if (key "env")}}{{key (printf "%s/url" (key "env"))}}{{/if}}\n',
  "consul-key-exists":
    '{{keyExists "app/name"}} {{keyExists "app/none"}} {{keyExists "app/empty"}} {{#if (keyExists "app/name")}}{{key "app/name"}}{{else}}no{{/if}}\n',
  "consul-key-json-document":
    '{{#with (parseJSON (key "app/conf"))}}{{#if db}}{{db.host}}:{{db.port}} {{#each flags}}-{{this}}{{/each}}{{/if}}{{/with}}\n',
  "consul-key-or-default":
    '{{keyOrDefault "app/name" "dflt"}} {{keyOrDefault "app/none" "dflt"}} [{{keyOrDefault "app/empty" "dflt"}}] [{{keyOrDefault "app/none" ""}}] {{add 1 (parseInt (keyOrDefault "app/none" "5"))}}\n',
  "consul-nested-key-in-service":
    '{{#each (services)}}{{#if (in Tags "lb")}}{{Name}} weight={{keyOrDefault (print "weights/" Name) "1"}}\n{{/if}}{{/each}}\n',
  "consul-node-self":
    "{{#with (node)}}{{Node.Node}} {{Node.Address}} {{#each Services}}{{Service}} {{/each}}{{/with}}\n",
  "consul-safe-ls": '{{#each (safeLs "app")}}{{Key}}={{Value}}{{/each}}\n',
  "consul-safe-tree": '{{#each (safeTree "t")}}{{Key}}={{Value}}{{/each}}\n',
  "consul-service-basic":
    '{{#each (service "web")}}{{Node}} {{ID}} {{Name}} {{Address}}:{{Port}} {{NodeAddress}} {{join "," Tags}} {{Status}}\n{{/each}}{{len (service "web")}}\n',
  "consul-service-dc":
    '{{#each (service "web@dc1")}}{{Node}}{{/each}} {{#each (service "web@dc1|any")}}{{Port}}{{/each}}\n',
  "consul-service-empty":
    '{{#each (service "does-not-exist")}}x{{else}}no instances{{/each}} {{len (service "does-not-exist")}} {{service "does-not-exist"}}\n',
  "consul-service-names":
    '{{#each (service "my-svc_2")}}{{Name}} {{Tags}}{{/each}} {{#each (service "v=1.2:x.my-svc_2")}}{{Port}}{{/each}}\n',
  "consul-service-sort": '{{#each (service "web")}}{{Node}}/{{ID}} {{/each}}\n',
  "consul-service-to-json":
    '{{#each (service "web")}}{{toJSON Tags}} {{toJSON Port}} {{toJSON ServiceMeta}} {{toJSON Weights}}{{/each}}\n{{toJSON (services)}}\n',
  "consul-services":
    '{{#each (services)}}{{Name}}: {{join "," Tags}}\n{{/each}}{{#each (services "@dc1")}}{{Name}} {{/each}}\n',
  "consul-tree":
    '{{#each (tree "svc")}}{{Key}}={{Value}} {{/each}}\n{{#each (tree "svc/web")}}{{Key}} {{Path}} {{/each}}\n{{#each (tree "nope")}}x{{else}}none{{/each}} {{len (tree "svc/")}}\n',
  "helper-base64":
    '{{base64Encode "hello world"}} {{base64Decode "aGVsbG8gd29ybGQ="}} {{base64Encode "é?>~"}} {{base64Encode ""}}|{{base64Decode ""}}|\n{{base64URLEncode "é?>~~~"}} {{base64URLDecode "w6k_Pn5-fg=="}} {{base64URLDecode (base64URLEncode "a b")}}\n',
  "helper-case":
    '{{toLower "ÀBC Def"}} {{toUpper "straße é"}} {{toTitle "the quick-brown o\'fox éa"}} {{toUpper "a"}}\n',
  "helper-contains-bad-container": '{{contains "a" 5}}\n',
  "helper-datacenters": "{{datacenters}} {{#each (datacenters true)}}{{this}}{{/each}} {{len (datacenters)}}\n",
  "helper-env":
    '{{env "APP_NAME"}} [{{env "EMPTY"}}] [{{env "NOT_THERE"}}] [{{env "WITH_SPACE"}}]\n{{mustEnv "APP_NAME"}}\n{{envOrDefault "APP_NAME" "dflt"}} {{envOrDefault "NOT_THERE" "dflt"}} [{{envOrDefault "EMPTY" "dflt"}}]\n{{toUpper (env "APP_NAME")}} {{env "APP_NAME"}} {{#if (env "NOT_THERE")}}set{{else}}unset{{/if}}\n',
  "helper-file-parse-json":
    '{{#with (parseJSON (file "conf.json"))}}{{#if port}}{{port}} {{#each hosts}}{{this}};{{/each}}{{/if}}{{/with}}\n',
  "helper-function-denylist-unused": '{{toUpper "others work"}}\n',
  "helper-hashes":
    '{{sha256Hex "hello"}}\n{{md5sum "hello"}}\n{{hmacSHA256Hex "message" "key"}}\n{{hmacSHA256Hex "message" "piped-key"}}\n{{sha256Hex ""}}\n{{md5sum "x"}}\n',
  "helper-join-split":
    '{{join "-" (split "," "a,b,c")}} {{join ", " (split ":" "x:y")}} {{len (split "," "")}} {{len (split "," "   ")}} {{split "," " a , b "}} {{join "." (split "" "abc")}}\n{{split "--" "a--b"}} {{split "," "no-sep"}} {{len (split "," ",a,")}}\n',
  "helper-math-int":
    "{{add 2 3}} {{subtract 2 10}} {{multiply 4 5}} {{divide 3 10}} {{modulo 3 10}} {{minimum 3 5}} {{maximum 3 5}}\n{{subtract 3 10}} {{divide 4 10}} {{modulo 4 10}} {{multiply 4 (add 3 2)}} {{divide 3 -10}} {{modulo 3 -10}} {{subtract 10 2}}\n",
  "helper-merge-map":
    '{{toJSON (mergeMap (parseJSON \'{"a":1,"n":{"x":1}}\') (parseJSON \'{"a":9,"b":2,"n":{"x":9,"y":2}}\'))}}\n{{toJSON (mergeMapWithOverride (parseJSON \'{"a":1,"n":{"x":1}}\') (parseJSON \'{"a":9,"b":2,"n":{"x":9,"y":2}}\'))}}\n{{toJSON (mergeMap (parseJSON \'{"dst":true}\') (parseJSON \'{"src":true}\'))}}\n',
  "helper-replace-all":
    '{{replaceAll "a" "b" "banana"}} {{replaceAll "." "_" "x.y.z"}} {{replaceAll "" "-" "ab"}} {{replaceAll "n" "" "nan"}}\n',
  "helper-sandbox-inside":
    '{{file (print (env "DIR") "/sandbox/f.txt")}} {{file (print (env "DIR") "/sandbox/../sandbox/f.txt")}}\n',
  "helper-split-to-map-no-separator": '{{splitToMap "," ":" "novalue"}}\n',
  "helper-to-toml-scalar": '{{toTOML "x"}}\n',
  "helper-trim":
    '[{{trim "xx" "xxhixx"}}] [{{trim "abc" "cabhello bca"}}] [{{trimPrefix "v" "v1.2"}}] [{{trimSuffix ".conf" "app.conf"}}] [{{trimSpace "  a b "}}]\n[{{trimPrefix "zz" "v1"}}] [{{trimSpace "  p "}}] [{{trim "/" "/a/b/"}}] [{{trimSuffix "" "abc"}}]\n',
  "lang-nested-range":
    '{{#each (parseJSON \'{"web":["a","b"],"db":["c"]}\')}}{{@key}}:{{#each this}} {{this}}{{/each}}\n{{/each}}\n',
  "nomad-service":
    '{{#each (nomadService "web")}}{{Name}} {{Address}} {{JobID}} {{Datacenter}} {{join "," Tags}} {{#if Port}}port{{/if}} {{len AllocID}} {{regexMatch "^_nomad-task-[0-9a-f-]{36}-group-web-web-http$" ID}}\n{{/each}}{{len (nomadService "web")}}\n',
  "nomad-service-nested":
    '{{#each (nomadServices)}}upstream {{Name}} { {{#each (nomadService Name)}}server {{Address}}:{{Port}}; {{/each}}{{print "}"}}\n{{/each}}\n\n',
  "nomad-service-order": '{{#each (nomadService "web")}}{{AllocID}} {{Port}}\n{{/each}}\n\n',
  "nomad-services":
    '{{#each (nomadServices)}}{{Name}}: {{join "," Tags}}\n{{/each}}{{#each (nomadServices "@global")}}{{Name}} {{/each}}\n',
  "nomad-var-missing-guarded":
    '{{#if (nomadVarExists "no/such")}}{{#with (nomadVar "no/such")}}x{{/with}}{{else}}guarded{{/if}}\n',
  "sprig-crypto-hash":
    '{{sprig_sha1sum "hello"}} {{sprig_sha256sum "hello"}} {{sprig_sha512sum "a"}} {{sprig_adler32sum "hello"}}\n',
  "sprig-encoding":
    '{{sprig_b64enc "hello"}} {{sprig_b64dec "aGVsbG8="}} {{sprig_b32enc "hello"}} {{sprig_b32dec "NBSWY3DP"}} {{sprig_b64dec "!!"}}\n',
  "sprig-paths":
    '{{sprig_base "a/b/c.txt"}} {{sprig_dir "a/b/c.txt"}} {{sprig_ext "c.txt"}} {{sprig_clean "a/../b//c"}} {{sprig_isAbs "/a"}} {{sprig_osBase "/x/y.z"}} {{sprig_osDir "/x/y.z"}} {{sprig_osExt "y.tar.gz"}} {{sprig_osClean "/a/./b"}} {{sprig_osIsAbs "a"}}\n',
  "vault-key-with-dash": '{{#with (secret "kv/dash")}}{{Data.[my-key]}} {{index Data "a.b"}}{{/with}}\n',
  "vault-kv2-implicit-data-segment":
    '{{#with (secret "secret/app")}}{{Data.data.user}}{{/with}} {{#with (secret "secret/nested/deep/item")}}{{Data.data.k}}{{/with}} {{#with (secret "/secret/app")}}{{Data.data.user}}{{/with}}\n',
  "vault-kv2-iterate":
    '{{#with (secret "secret/data/env")}}{{#each Data.data}}{{@key}}={{toJSON this}}\n{{/each}}{{/with}}\n',
  "vault-kv2-deleted-older-version-readable": '{{#with (secret "secret/data/part")}}{{Data.data.a}}{{/with}}\n',
  "vault-secret-base64-and-hash":
    '{{#with (secret "kv/k")}}{{base64Encode Data.raw}} {{sha256Hex Data.raw}} {{toJSON Data.raw}}{{/with}}\n',
  "vault-secrets-list-absent": '{{#each (secrets "kv/absent/dir")}}x{{/each}}\n',
  "vault-secrets-list-kv1":
    '{{#each (secrets "kv/d")}}{{this}} {{/each}}{{#each (secrets "kv/d/")}}{{this}} {{/each}}\n',
  "vault-secrets-list-kv2": '{{#each (secrets "secret/metadata/d")}}{{this}} {{/each}}\n',
  "vault-secrets-list-then-read":
    '{{#each (secrets "secret/metadata/users") as |n|}}{{#with (secret (printf "secret/data/users/%s" n))}}{{n}}:{{Data.data.mail}}\n{{/with}}{{/each}}\n',
  "vault-write-no-response": '{{#with (secret "kv/written" "a=b")}}x{{else}}none{{/with}}\n',
  "consul-node-unknown": '{{#with (node "no-such-node")}}found{{else}}unknown{{/with}}\n',
  "consul-service-tag-filter":
    '{{#each (service "blue.web")}}{{ID}} {{/each}}/{{#each (service "green.web")}}{{ID}} {{/each}}/{{#each (service "red.web")}}x{{else}}none{{/each}}\n{{#each (service "web")}}{{#if (contains "green" Tags)}}{{ID}} {{/if}}{{/each}}\n',
  "consul-services-nested-service":
    '{{#each (services)}}{{#if (contains "lb" Tags)}}backend {{Name}}\n{{#each (service Name)}}  {{Address}}:{{Port}}\n{{/each}}{{/if}}{{/each}}\n',
  "vault-consul-mixed":
    '{{#with (secret "secret/data/db")}}{{#each (service "postgres")}}postgres://{{key "db/user"}}:{{../Data.data.password}}@{{Address}}:{{Port}}/app{{/each}}{{/with}}\n',
  "helper-services-by-tag": "{{#each (byTag (services))}}{{@key}}:{{#each this}} {{Name}}{{/each}}\n{{/each}}",
  "sprig-strings-cut":
    '{{sprig_substr 1 3 "hello"}}|{{sprig_substr -1 2 "hello"}}|{{sprig_substr 2 -1 "hello"}}|{{sprig_trunc 3 "hello"}}|{{sprig_trunc -3 "hello"}}|{{sprig_abbrev 5 "hello world"}}|{{sprig_abbrevboth 5 10 "1234 5678 9123"}}|{{sprig_nospace "h e l l o"}}|{{sprig_initials "First Try"}}\n{{sprig_wrap 10 "the quick brown fox jumps"}}\n{{sprig_wrapWith 6 "|" "the quick brown"}}\n',
};
