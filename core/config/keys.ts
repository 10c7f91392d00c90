import type { Keys } from "./key.ts";

/** Every key of the agent's configuration, by block (semantics §10); "any" is stored as it was written. */

const resourcesKeys = {
  cpu: { kind: "int" },
  memory: { kind: "int" },
  disk: { kind: "int" },
  reserved_ports: { kind: "text" },
  cores: { kind: "text" },
} as const satisfies Keys;

const templateKeys = {
  function_denylist: { kind: "list" },
  function_blacklist: { kind: "list" },
  disable_file_sandbox: { kind: "bool" },
  max_stale: { kind: "duration" },
  block_query_wait: { kind: "duration" },
  wait: { kind: "any" },
  wait_bounds: { kind: "any" },
  consul_retry: { kind: "any" },
  vault_default_lease_duration: { kind: "duration" },
  vault_retry: { kind: "any" },
  nomad_retry: { kind: "any" },
  use_client_consul_token: { kind: "bool" },
} as const satisfies Keys;

const serverJoinKeys = {
  start_join: { kind: "list" },
  retry_join: { kind: "list" },
  retry_max: { kind: "int" },
  retry_interval: { kind: "duration" },
} as const satisfies Keys;

const artifactKeys = {
  http_read_timeout: { kind: "duration" },
  http_max_size: { kind: "text" },
  gcs_timeout: { kind: "duration" },
  git_timeout: { kind: "duration" },
  hg_timeout: { kind: "duration" },
  s3_timeout: { kind: "duration" },
  decompression_file_count_limit: { kind: "int" },
  decompression_size_limit: { kind: "text" },
  disable_artifact_inspection: { kind: "bool" },
  disable_filesystem_isolation: { kind: "bool" },
  filesystem_isolation_extra_paths: { kind: "text" },
  set_environment_variables: { kind: "text" },
} as const satisfies Keys;

const drainKeys = {
  deadline: { kind: "duration" },
  ignore_system_jobs: { kind: "bool" },
  force: { kind: "bool" },
} as const satisfies Keys;

const usersKeys = {
  dynamic_user_min: { kind: "int" },
  dynamic_user_max: { kind: "int" },
} as const satisfies Keys;

const clientIntroductionKeys = {
  enforcement: { kind: "text" },
  default_identity_ttl: { kind: "duration" },
  max_identity_ttl: { kind: "duration" },
} as const satisfies Keys;

const planRejectionTrackerKeys = {
  enabled: { kind: "bool" },
  node_threshold: { kind: "int" },
  node_window: { kind: "duration" },
} as const satisfies Keys;

const searchKeys = {
  fuzzy_enabled: { kind: "bool" },
  limit_query: { kind: "int" },
  limit_results: { kind: "int" },
  min_term_length: { kind: "int" },
} as const satisfies Keys;

const raftLogstoreKeys = {
  backend: { kind: "text" },
  boltdb: { kind: "any" },
  wal: { kind: "any" },
  disable_log_cache: { kind: "bool" },
  verification: { kind: "any" },
} as const satisfies Keys;

const hostVolumeKeys = {
  path: { kind: "text" },
  read_only: { kind: "bool" },
} as const satisfies Keys;

const hostNetworkKeys = {
  cidr: { kind: "text" },
  interface: { kind: "text" },
  reserved_ports: { kind: "text" },
} as const satisfies Keys;

const fingerprintKeys = {
  retry_interval: { kind: "duration" },
  retry_attempts: { kind: "text" },
  exit_on_failure: { kind: "bool" },
} as const satisfies Keys;

const portsKeys = {
  http: { kind: "int" },
  rpc: { kind: "int" },
  serf: { kind: "int" },
} as const satisfies Keys;

const rpcKeys = {
  accept_backlog: { kind: "int" },
  keep_alive_interval: { kind: "duration" },
  connection_write_timeout: { kind: "duration" },
  stream_open_timeout: { kind: "duration" },
  stream_close_timeout: { kind: "duration" },
  dial_timeout: { kind: "duration" },
} as const satisfies Keys;

const aclKeys = {
  enabled: { kind: "bool" },
  token_ttl: { kind: "duration" },
  policy_ttl: { kind: "duration" },
  role_ttl: { kind: "duration" },
  replication_token: { kind: "text" },
  token_min_expiration_ttl: { kind: "duration" },
  token_max_expiration_ttl: { kind: "duration" },
} as const satisfies Keys;

const telemetryKeys = {
  in_memory_collection_interval: { kind: "duration" },
  in_memory_retention_period: { kind: "duration" },
  statsite_address: { kind: "text" },
  statsd_address: { kind: "text" },
  datadog_address: { kind: "text" },
  datadog_tags: { kind: "list" },
  prometheus_metrics: { kind: "bool" },
  disable_hostname: { kind: "bool" },
  use_node_name: { kind: "bool" },
  collection_interval: { kind: "duration" },
  publish_allocation_metrics: { kind: "bool" },
  publish_node_metrics: { kind: "bool" },
  include_alloc_metadata_in_metrics: { kind: "bool" },
  allowed_metadata_keys_in_metrics: { kind: "list" },
  prefix_filter: { kind: "list" },
  filter_default: { kind: "bool" },
  disable_dispatched_job_summary_metrics: { kind: "bool" },
  disable_quota_utilization_metrics: { kind: "bool" },
  disable_rpc_rate_metrics_labels: { kind: "bool" },
  disable_allocation_hook_metrics: { kind: "bool" },
  circonus_api_token: { kind: "text" },
  circonus_api_app: { kind: "text" },
  circonus_api_url: { kind: "text" },
  circonus_submission_interval: { kind: "text" },
  circonus_submission_url: { kind: "text" },
  circonus_check_id: { kind: "text" },
  circonus_check_force_metric_activation: { kind: "bool" },
  circonus_check_instance_id: { kind: "text" },
  circonus_check_search_tag: { kind: "text" },
  circonus_check_tags: { kind: "text" },
  circonus_check_display_name: { kind: "text" },
  circonus_broker_id: { kind: "text" },
  circonus_broker_select_tag: { kind: "text" },
} as const satisfies Keys;

const uiKeys = {
  enabled: { kind: "bool" },
  content_security_policy: { kind: "any" },
  consul: { kind: "text" },
  vault: { kind: "text" },
  label: { kind: "any" },
  show_cli_hints: { kind: "bool" },
} as const satisfies Keys;

const tlsKeys = {
  http: { kind: "bool" },
  rpc: { kind: "bool" },
  verify_server_hostname: { kind: "bool" },
  ca_file: { kind: "text" },
  cert_file: { kind: "text" },
  key_file: { kind: "text" },
  rpc_upgrade_mode: { kind: "bool" },
  verify_https_client: { kind: "bool" },
  tls_cipher_suites: { kind: "text" },
  tls_min_version: { kind: "text" },
} as const satisfies Keys;

const autopilotKeys = {
  cleanup_dead_servers: { kind: "bool" },
  server_stabilization_time: { kind: "duration" },
  last_contact_threshold: { kind: "duration" },
  max_trailing_logs: { kind: "int" },
  min_quorum: { kind: "int" },
  enable_redundancy_zones: { kind: "bool" },
  disable_upgrade_migration: { kind: "bool" },
  enable_custom_upgrades: { kind: "bool" },
} as const satisfies Keys;

const limitsKeys = {
  https_handshake_timeout: { kind: "duration" },
  http_max_conns_per_client: { kind: "int" },
  rpc_handshake_timeout: { kind: "duration" },
  rpc_max_conns_per_client: { kind: "int" },
} as const satisfies Keys;

const auditKeys = {
  enabled: { kind: "bool" },
  sink: { kind: "any" },
  filter: { kind: "any" },
} as const satisfies Keys;

const reportingKeys = {
  license: { kind: "any" },
  address: { kind: "text" },
  export_interval: { kind: "duration" },
  snapshot_retention_time: { kind: "duration" },
  disable_product_usage_reporting: { kind: "bool" },
} as const satisfies Keys;

const consulKeys = {
  name: { kind: "text" },
  server_service_name: { kind: "text" },
  server_http_check_name: { kind: "text" },
  server_serf_check_name: { kind: "text" },
  server_rpc_check_name: { kind: "text" },
  server_failures_before_critical: { kind: "int" },
  server_failures_before_warning: { kind: "int" },
  client_service_name: { kind: "text" },
  client_http_check_name: { kind: "text" },
  client_failures_before_critical: { kind: "int" },
  client_failures_before_warning: { kind: "int" },
  tags: { kind: "list" },
  auto_advertise: { kind: "bool" },
  checks_use_advertise: { kind: "bool" },
  address: { kind: "text" },
  grpc_address: { kind: "text" },
  timeout: { kind: "duration" },
  token: { kind: "text" },
  auth: { kind: "text" },
  ssl: { kind: "bool" },
  share_ssl: { kind: "bool" },
  verify_ssl: { kind: "bool" },
  grpc_ca_file: { kind: "text" },
  ca_file: { kind: "text" },
  cert_file: { kind: "text" },
  key_file: { kind: "text" },
  server_auto_join: { kind: "bool" },
  client_auto_join: { kind: "bool" },
  namespace: { kind: "text" },
  service_identity: { kind: "any" },
  service_auth_method: { kind: "text" },
  task_identity: { kind: "any" },
  task_auth_method: { kind: "text" },
} as const satisfies Keys;

const vaultKeys = {
  name: { kind: "text" },
  enabled: { kind: "bool" },
  create_from_role: { kind: "text" },
  namespace: { kind: "text" },
  address: { kind: "text" },
  jwt_auth_backend_path: { kind: "text" },
  ca_file: { kind: "text" },
  ca_path: { kind: "text" },
  cert_file: { kind: "text" },
  key_file: { kind: "text" },
  tls_skip_verify: { kind: "bool" },
  tls_server_name: { kind: "text" },
  default_identity: { kind: "any" },
  token: { kind: "text" },
} as const satisfies Keys;

const pluginKeys = {
  args: { kind: "list" },
  config: { kind: "any" },
} as const satisfies Keys;

const clientKeys = {
  enabled: { kind: "bool" },
  state_dir: { kind: "text" },
  alloc_dir: { kind: "text" },
  alloc_mounts_dir: { kind: "text" },
  host_volumes_dir: { kind: "text" },
  host_volume_plugin_dir: { kind: "text" },
  common_plugin_dir: { kind: "text" },
  servers: { kind: "list" },
  node_class: { kind: "text" },
  node_pool: { kind: "text" },
  options: { kind: "map" },
  meta: { kind: "map" },
  chroot_env: { kind: "map" },
  network_interface: { kind: "text" },
  preferred_address_family: { kind: "text" },
  network_speed: { kind: "int" },
  cpu_disable_dmidecode: { kind: "bool" },
  cpu_total_compute: { kind: "int" },
  memory_total_mb: { kind: "int" },
  disk_total_mb: { kind: "int" },
  disk_free_mb: { kind: "int" },
  reservable_cores: { kind: "text" },
  max_kill_timeout: { kind: "duration" },
  client_max_port: { kind: "int" },
  client_min_port: { kind: "int" },
  max_dynamic_port: { kind: "int" },
  min_dynamic_port: { kind: "int" },
  reserved: { kind: "block", keys: resourcesKeys },
  gc_interval: { kind: "duration" },
  gc_parallel_destroys: { kind: "int" },
  gc_disk_usage_threshold: { kind: "float" },
  gc_inode_usage_threshold: { kind: "float" },
  gc_max_allocs: { kind: "int" },
  gc_volumes_on_node_gc: { kind: "bool" },
  no_host_uuid: { kind: "bool" },
  disable_remote_exec: { kind: "bool" },
  template: { kind: "block", keys: templateKeys },
  server_join: { kind: "block", keys: serverJoinKeys },
  host_volume: { kind: "labelled", keys: hostVolumeKeys },
  cni_path: { kind: "text" },
  cni_config_dir: { kind: "text" },
  bridge_network_name: { kind: "text" },
  bridge_network_subnet: { kind: "text" },
  bridge_network_subnet_ipv6: { kind: "text" },
  bridge_network_hairpin_mode: { kind: "bool" },
  host_network: { kind: "labelled", keys: hostNetworkKeys },
  bind_wildcard_default_host_network: { kind: "bool" },
  cgroup_parent: { kind: "text" },
  nomad_service_discovery: { kind: "bool" },
  artifact: { kind: "block", keys: artifactKeys },
  drain_on_shutdown: { kind: "block", keys: drainKeys },
  users: { kind: "block", keys: usersKeys },
  node_max_allocs: { kind: "int" },
  log_file: { kind: "text" },
  fingerprint: { kind: "labelled", keys: fingerprintKeys },
  default_ineligible: { kind: "bool" },
} as const satisfies Keys;

const serverKeys = {
  enabled: { kind: "bool" },
  authoritative_region: { kind: "text" },
  bootstrap_expect: { kind: "int" },
  client_introduction: { kind: "block", keys: clientIntroductionKeys },
  data_dir: { kind: "text" },
  protocol_version: { kind: "int" },
  raft_protocol: { kind: "int" },
  raft_multiplier: { kind: "int" },
  num_schedulers: { kind: "int" },
  enabled_schedulers: { kind: "list" },
  node_gc_threshold: { kind: "duration" },
  job_gc_interval: { kind: "duration" },
  job_gc_threshold: { kind: "duration" },
  eval_gc_threshold: { kind: "duration" },
  batch_eval_gc_threshold: { kind: "duration" },
  deployment_gc_threshold: { kind: "duration" },
  csi_volume_claim_gc_interval: { kind: "duration" },
  csi_volume_claim_gc_threshold: { kind: "duration" },
  csi_plugin_gc_threshold: { kind: "duration" },
  acl_token_gc_threshold: { kind: "duration" },
  root_key_gc_interval: { kind: "duration" },
  root_key_gc_threshold: { kind: "duration" },
  root_key_rotation_threshold: { kind: "duration" },
  heartbeat_grace: { kind: "duration" },
  min_heartbeat_ttl: { kind: "duration" },
  max_heartbeats_per_second: { kind: "float" },
  failover_heartbeat_ttl: { kind: "duration" },
  start_join: { kind: "list" },
  retry_join: { kind: "list" },
  retry_max: { kind: "int" },
  retry_interval: { kind: "duration" },
  rejoin_after_leave: { kind: "bool" },
  non_voting_server: { kind: "bool" },
  redundancy_zone: { kind: "text" },
  upgrade_version: { kind: "text" },
  encrypt: { kind: "text" },
  server_join: { kind: "block", keys: serverJoinKeys },
  default_scheduler_config: { kind: "any" },
  plan_rejection_tracker: { kind: "block", keys: planRejectionTrackerKeys },
  plan_apply_pipeline: { kind: "int" },
  enable_event_broker: { kind: "bool" },
  event_buffer_size: { kind: "int" },
  license_path: { kind: "text" },
  search: { kind: "block", keys: searchKeys },
  deploy_query_rate_limit: { kind: "float" },
  raft_logstore: { kind: "block", keys: raftLogstoreKeys },
  raft_boltdb: { kind: "any" },
  raft_snapshot_threshold: { kind: "int" },
  raft_snapshot_interval: { kind: "duration" },
  raft_trailing_logs: { kind: "int" },
  job_default_priority: { kind: "int" },
  job_max_priority: { kind: "int" },
  job_max_count: { kind: "int" },
  job_max_source_size: { kind: "text" },
  job_tracked_versions: { kind: "int" },
  oidc_issuer: { kind: "text" },
  start_timeout: { kind: "duration" },
  log_file: { kind: "text" },
  non_production: { kind: "bool" },
} as const satisfies Keys;

const addressKeys = {
  http: { kind: "text" },
  rpc: { kind: "text" },
  serf: { kind: "text" },
} as const satisfies Keys;

export const agentKeys = {
  region: { kind: "text" },
  datacenter: { kind: "text" },
  name: { kind: "text" },
  data_dir: { kind: "text" },
  plugin_dir: { kind: "text" },
  log_level: { kind: "text" },
  log_json: { kind: "bool" },
  log_file: { kind: "text" },
  log_include_location: { kind: "bool" },
  log_rotate_duration: { kind: "duration" },
  log_rotate_bytes: { kind: "int" },
  log_rotate_max_files: { kind: "int" },
  bind_addr: { kind: "text" },
  enable_debug: { kind: "bool" },
  ports: { kind: "block", keys: portsKeys },
  addresses: { kind: "block", keys: addressKeys },
  advertise: { kind: "block", keys: addressKeys },
  client: { kind: "block", keys: clientKeys },
  server: { kind: "block", keys: serverKeys },
  rpc: { kind: "block", keys: rpcKeys },
  acl: { kind: "block", keys: aclKeys },
  telemetry: { kind: "block", keys: telemetryKeys },
  leave_on_interrupt: { kind: "bool" },
  leave_on_terminate: { kind: "bool" },
  enable_syslog: { kind: "bool" },
  syslog_facility: { kind: "text" },
  disable_update_check: { kind: "bool" },
  disable_anonymous_signature: { kind: "bool" },
  ui: { kind: "block", keys: uiKeys },
  tls: { kind: "block", keys: tlsKeys },
  http_api_response_headers: { kind: "map" },
  sentinel: { kind: "any" },
  autopilot: { kind: "block", keys: autopilotKeys },
  plugin: { kind: "labelled", keys: pluginKeys },
  limits: { kind: "block", keys: limitsKeys },
  audit: { kind: "block", keys: auditKeys },
  reporting: { kind: "block", keys: reportingKeys },
  keyring: { kind: "labelled", keys: {} },
  eventlog: { kind: "any" },
  consul: { kind: "block", keys: consulKeys },
  vault: { kind: "block", keys: vaultKeys },
} as const satisfies Keys;
