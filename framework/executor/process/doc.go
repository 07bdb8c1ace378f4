// Package process runs tasks in worker processes: several copies of one plugin
// executable, or of this program itself.
//
//	scheduler.New(process.Plugin("./ocr-plugin", process.Workers(4)))
//	scheduler.New(process.Self(2))
//
// # How calls travel
//
// Each worker process has one session. Whatever waits goes to it in one
// frame, up to a cap, and whatever it has done comes back in one; no timers
// are involved, so a lone call leaves at once and frames fill under load. The
// content type of a payload travels with it.
//
// A worker runs one call at a time. It holds as many more as make up about 12 ms
// of work by what its calls took so far. What it holds and has not begun is
// recalled when it is to be cancelled, when another worker has nothing to do,
// and when the call before it takes longer than those 12 ms while another worker
// gets on, however much waits besides: no call is stuck behind a long one.
//
// What running code says (package comm, and progress) comes back in frames of its
// own, in order and before the call's result; answers go to a worker in frames
// without calls. Code is heard only if its task has an extension that listens. A
// worker that says more than it may before it is heard is killed.
//
// # When a worker dies
//
// A small file that host and worker share, the ledger, tells which call had
// begun and which had finished, and has the latest results, so that a worker takes
// none with it that it had not reported yet. The call that ran fails as "worker
// lost", and one that had finished with more than 16 KiB and was not reported as
// "result lost", both with a [*LostError]; what had not begun runs elsewhere and is
// not blamed. Code never runs twice. A plugin that keeps no ledger is sent one call
// at a time, which then counts as begun.
//
// The error tells by what code or signal the process ended, whether it was
// killed for memory, the line in which it says why and the innermost frames of
// a crash, and the end of its stderr; where the host ended it, also why. The
// line that says why must be the process's last words, and the end one by a
// crash: what a program has said of a panic that it survived explains nothing.
//
// The worker is replaced: at once or, if workers die in quick succession, after
// up to 200 ms. It is given up when 21 of its processes in a row have died
// without one having answered a call, with a result or an error (see
// [Restarts]); a plugin that dies of every call does not run for ever, and one
// that dies of some goes on. It is also given up when five in a row have died or
// failed to start before they could begin a call, with delays from 100 ms to 5 s
// in between, and at once where trying again would not help: a set-up that fails,
// a wrong checksum. When all workers are given up, the run ends.
//
// # Cancelling
//
// What has not begun is recalled. What runs has its context cancelled and the
// grace to return (see [Grace]), in which its worker is sent nothing. If it does
// not, and once the worker has given back what it held behind it, the worker's
// process group gets SIGTERM and, half a second later, SIGKILL, and the worker is
// replaced. Plugins made with the sdk let SIGTERM pass; it is for the programs
// that a task has started, which may clean up, and for plugins in other
// languages. A call that ends before the SIGKILL saves its process. A worker that
// does not give back what it holds within a second more is killed all the same.
//
// # Limits
//
// A call may have limits ([scheduler.Limits]; package extension/resources asks for
// them). They are enforced from outside of its process: while such calls are with
// workers, one goroutine looks at the ledgers, which tell what runs, and at what the
// process groups of those that run one use. A call whose time is over is treated as
// if it were cancelled; one that uses too much memory has its worker stopped
// (SIGSTOP), so that it is certain that nothing else has begun there, and killed.
// A worker killed so counts as one that has answered its call.
//
// Processes may also be replaced before they die: see [MaxTasksPerProcess] and
// [MaxRSS], and before a call with a limit of memory of which they hold more than
// half already. The replacement is started first; then the old process is sent
// nothing more, and ends when it has ended its calls. One that cannot be replaced
// goes on.
//
// # When the host dies
//
// Workers end with their host, however it dies, and so does what they have
// started. On Linux the kernel kills the process group of each worker when it
// closes the host's end of a pipe, within milliseconds and whatever the group
// is at. On other Unix systems workers notice by that pipe and kill their group;
// on Windows they notice by the end of the session. What the host leaves on disk,
// a folder with sockets and ledgers, is removed by the next host of that user.
//
// A program that a task has put into a group or session of its own (setsid,
// daemons) ends with its worker on Linux, where it is known by its control group
// or by its environment; if the host dies first, the next host of that user kills
// it. Out of reach is one that runs as another user or, where there are no
// control groups, has cleared its environment.
package process
