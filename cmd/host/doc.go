// Command host runs jobs: tasks in worker processes, and reactions to what
// happens to them, as a job file says.
//
//	host run JOB.hcl              run a job
//	host ps                       list the runs that go on; also tasks, explain and stop
//	host validate JOB.hcl         find the mistakes of a job file
//	host plugin inspect PATH      show what a plugin offers; list those of a run
//	host journal show FILE        show what a journal holds; also stats and tail
//	host new task NAME            begin a plugin; also new event
//	host doctor                   check this machine
//	host version                  show versions
//
// framework/job/JOBFILE.md documents the job file. The command calls itself by
// the name that it was started with; installed, it is called signalbox.
package main
