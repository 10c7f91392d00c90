import { defineConfig, type TestProjectInlineConfiguration } from "vitest/config";

const conditions = ["source", "node", "import", "module", "default"];

/** Unit tests share their threads' module graph; integration, conformance and system tests start real processes. */
export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    reporters: ["./test/tools/closing-line-reporter.ts"],
    pool: "threads",
    exclude: ["**/node_modules/**", "dist/**"],
    projects: [
      {
        extends: true,
        test: {
          name: "unit",
          isolate: false,
          include: [
            "core/**/*.test.ts",
            "services/**/*.test.ts",
            "integrations/**/*.test.ts",
            "cli/**/*.test.ts",
            "ui/**/*.test.ts",
            "test/{tidy,sim,support,fixtures,tools,fuzz}/**/*.test.ts",
          ],
          exclude: ["**/node_modules/**", "dist/**"],
          testTimeout: 30_000,
        },
      },
      processes("processes", "test/{conformance,integration}/**/*.test.ts"),
      processes("system", "test/system/**/*.test.ts"),
    ],
  },
});

/** Tests that start real processes, a file after the other. */
function processes(name: string, files: string): TestProjectInlineConfiguration {
  return {
    extends: true,
    test: {
      name,
      pool: "forks",
      include: [files],
      exclude: ["**/node_modules/**", "dist/**"],
      testTimeout: 300_000,
      hookTimeout: 120_000,
      fileParallelism: false,
    },
  };
}
