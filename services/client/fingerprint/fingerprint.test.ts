import { tmpdir } from "node:os";
import { expect, test } from "vitest";
import { fingerprintMachine } from "#client/fingerprint";
import type { Driver } from "#client/driver/contract";
import { clientConfig } from "#test/clients";

const driver = (name: string, detected: boolean): Driver =>
  ({
    name,
    fingerprint: () =>
      Promise.resolve({
        detected,
        healthy: detected,
        description: detected ? "Healthy" : "no daemon",
        attributes: { [`driver.${name}`]: "1" },
      }),
  }) as unknown as Driver;

function config(changes = {}) {
  return { ...clientConfig("/nowhere").fingerprint, allocDirectory: tmpdir(), options: {}, ...changes };
}

const print = async (changes = {}, drivers: readonly Driver[] = []) => {
  const found = await fingerprintMachine(config(changes), drivers, 1000);
  if (!found.ok) throw new Error(found.failure.message);
  return found.value;
};

test("configuration goes before measuring, and what it leaves open is measured", async () => {
  const fixed = await print({ reserved: { cpuMhz: 500, memoryMib: 256, diskMib: 10, ports: "22,80", cores: [] } });
  expect(fixed.resources).toMatchObject({
    cpu: { cpuShares: 4000 },
    memory: { memoryMb: 4096 },
    disk: { diskMb: 20000 },
  });
  expect(fixed.reserved).toMatchObject({
    cpu: { cpuShares: 500 },
    memory: { memoryMb: 256 },
    networks: { reservedHostPorts: "22,80" },
  });
  const measured = await print({ cpuTotalComputeMhz: 0, memoryTotalMib: 0, diskTotalMib: 0, diskFreeMib: 0 });
  for (const amount of [
    measured.resources.cpu.cpuShares,
    measured.resources.memory.memoryMb,
    measured.resources.disk.diskMb,
  ])
    expect(amount).toBeGreaterThan(100);
  expect(Object.keys(measured.attributes)).toEqual(
    expect.arrayContaining([
      "cpu.arch",
      "cpu.numcores",
      "kernel.name",
      "kernel.version",
      "memory.totalbytes",
      "nomad.version",
      "os.name",
      "os.signals",
      "unique.hostname",
      "unique.network.ip-address",
    ]),
  );
});

test("the loopback interface has its addresses, IPv4 first", async () => {
  const { resources, address } = await print();
  expect(address).toBe("127.0.0.1");
  expect(resources.networks?.map(({ mode, ip, cidr }) => [mode, ip, cidr]).slice(0, 2)).toEqual([
    ["bridge", "", ""],
    ["host", "127.0.0.1", "127.0.0.1/32"],
  ]);
});

test("an interface that is not there is named, with those that are", async () => {
  const found = await fingerprintMachine(config({ networkInterface: "eth99" }), [], 0);
  expect(found).toMatchObject({
    failure: { message: expect.stringMatching(/no network interface "eth99"; this machine has .*lo/) as string },
  });
});

test("drivers are listed with their health, unless the options leave them out", async () => {
  const drivers = [driver("raw_exec", true), driver("docker", false)];
  const all = await print({}, drivers);
  expect(all.drivers).toMatchObject({
    raw_exec: { detected: true, healthDescription: "Healthy" },
    docker: { detected: false, healthDescription: "no daemon" },
  });
  expect(Object.keys((await print({ options: { "driver.allowlist": "raw_exec" } }, drivers)).drivers)).toEqual([
    "raw_exec",
  ]);
  expect(Object.keys((await print({ options: { "driver.denylist": "raw_exec" } }, drivers)).drivers)).toEqual([
    "docker",
  ]);
});
