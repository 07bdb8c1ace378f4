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
// are involved, so a lone call leaves at once and frames fill under load. A
// worker runs one call at a time. It holds as many more as make up about 2 ms
// of work by what its calls took so far; what it holds and has not begun is
// recalled when another worker has nothing to do, or to be cancelled.
//
// # When a worker dies
//
// A small file that host and worker share, the ledger, tells which call had
// begun and which had finished. The call that ran fails as "worker lost", those
// that had finished without being reported as "result lost", both with a
// [*LostError]; what had not begun runs elsewhere and is not blamed. Code never
// runs twice. A plugin that keeps no ledger is sent one call at a time, which
// then counts as begun.
//
// The worker is replaced: at once or, if workers die in quick succession, after
// up to 200 ms. One that dies five times in a row before it has begun any call
// is given up, with delays from 100 ms to 5 s in between; when all are, the run
// ends.
//
// # Cancelling
//
// What has not begun is recalled. What runs has its context cancelled; when it
// has not returned after the grace (see [Grace]), its worker's process group
// gets SIGTERM and, a second later, SIGKILL, and the worker is replaced.
//
// # When the host dies
//
// Workers end with their host, however it dies, and so does what they have
// started. On Linux the kernel kills the process group of each worker when it
// closes the host's end of a pipe, within milliseconds and whatever the group
// is at. On other Unix systems workers notice by that pipe and kill their group;
// on Windows they notice by the end of the session. Out of reach is a program
// that a task has put into a group or session of its own (setsid, daemons), and
// one that runs as another user. What the host leaves on disk, a folder with
// sockets and ledgers, is removed by the next host of that user.
package process
