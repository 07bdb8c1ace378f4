// Package osproc starts processes that lead a group of their own and ends them
// with everything they started.
//
// A [Child] is the leader of its process group. What is promised, per platform:
//
//	             group kill   remains of the group   dies with    told why
//	                          die with the leader    the host     (OOM)
//	Linux        yes          yes, before reaping    SIGKILL      cgroup counter
//	other Unix   yes          yes, after reaping     life pipe    no
//	Windows      leader only  no                     no           no
//
// "Before reaping" means that the dead leader is still held as a zombie while
// its group is killed, so the group's number cannot belong to somebody else. A
// descendant that leaves the group (setsid) is out of reach on every platform.
//
// Linux ends a child when the *thread* that forked it ends, not the process.
// All children are therefore forked by one goroutine that stays locked to its
// thread while any of them lives; it ends with the last of them, so nothing is
// left for a leak check to find.
package osproc
