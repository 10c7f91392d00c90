/** A registration with every field of newer versions that we know of, for tests. */
export const newestRegistration = {
  ID: "newest-1",
  Name: "newest",
  Kind: "connect-proxy",
  Port: 21_000,
  SocketPath: "",
  Locality: { Region: "r" },
  Namespace: "default",
  Partition: "default",
  Proxy: {
    DestinationServiceName: "api",
    Mode: "direct",
    TransparentProxy: {},
    LocalServiceSocketPath: "",
    EnvoyExtensions: [],
    Config: { protocol: "http" },
    Upstreams: [
      {
        DestinationName: "db",
        LocalBindPort: 9191,
        LocalBindSocketPath: "",
        LocalBindSocketMode: "",
        DestinationPeer: "",
      },
    ],
    Expose: { Paths: [{ ListenerPort: 21_500, Path: "/health", LocalPathPort: 8080, Protocol: "http" }] },
  },
  Checks: [
    {
      CheckID: "newest:1",
      Name: "newest",
      TTL: "15s",
      H2PING: "",
      TLSServerName: "",
      FailuresBeforeWarning: 0,
      DisableRedirects: false,
      UDP: "",
      OSService: "",
      TCPUseTLS: false,
    },
  ],
} as const;
