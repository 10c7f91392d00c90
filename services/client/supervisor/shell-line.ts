/** What a task's shell needs to find without the task's own PATH. */
export interface ShellTools {
  readonly mv: string;
  readonly sleep: string;
}

/** How long a shell keeps the pipes open for a reader that is not there, in seconds. */
const LINGER_SECONDS = 60;

/** The inner shell notes the pid that the task then has, and becomes the task. */
const INNER = 'echo $$ >"$0" || exit 125; exec "$@" 1>&3 2>&4 3>&- 4>&-';

/**
 * The line of /bin/sh around a task: arguments are the run's base path, the two pipes, and the command. The task runs in
 * the foreground: with `&` a POSIX shell starts it with SIGINT and SIGQUIT ignored. The redirections belong to the inner
 * shell, or dash writes "Killed" into the task's stderr. The status is left by rename, so that nobody reads half of it;
 * on a full disk it is at least this shell's own. Then the pipes stay open until a reader that has read them to their
 * end kills this process group, or a minute is over.
 */
export function shellLine(tools: ShellTools): string {
  return `echo $$ >"$0.shell"
exec 3<>"$1" 4<>"$2" || exit 125
base=$0
shift 2
/bin/sh -c '${INNER}' "$base.pid" "$@"
status=$?
{ echo $status >"$base.exit.new" && '${tools.mv}' -f "$base.exit.new" "$base.exit"; } || exit $status
exec '${tools.sleep}' ${LINGER_SECONDS}`;
}
