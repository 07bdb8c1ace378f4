// Package osproc starts processes that lead a group of their own and ends them
// with everything they started.
//
// A [Child] is the leader of its process group. What is promised, per platform:
//
//	             group kill   remains of the group   ends with the host    told why
//	                          die with the leader                          (OOM)
//	Linux        yes          yes, before reaping    the whole group       cgroup counter
//	other Unix   yes          yes, after reaping     if it notices         no
//	Windows      leader only  no                     if it notices         no
//
// "Before reaping" means that the dead leader is still held as a zombie while
// its group is killed, so the group's number cannot belong to somebody else.
//
// # Control groups
//
// A child on Linux may be given a control group (version 2) of its own by
// [StartIn], where [OwnGroups] finds that the host may make one. Then what it and
// its descendants hold is known exactly, can be bounded by the kernel, and dies
// with the leader wherever it has gone. Groups stand beside the host's own; those
// of a host that was killed are removed by the next.
//
// # The end of the host
//
// A child on Unix holds one end of a life pipe, of which the host alone holds
// the other, so that it can notice when the host is gone. On Linux it need not:
// the kernel is told to kill the group when the host's end closes, which it
// does however the host goes, within milliseconds, and whatever state the group
// is in: stopped, hung, or without its leader.
//
// Out of reach, here as for a group kill, is a descendant that has left the
// group (setsid, setpgid), unless [KillMarked] knows it, or that runs as another
// user while the host is not root. In the millisecond between the start of a child and the moment when the
// kernel knows of it, only the pipe tells. A process in a frozen control group
// dies when that is thawed.
package osproc
