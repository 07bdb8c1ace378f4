package main

// suite is the table. Bars and goals are for two cores.
var suite = []group{
	{"flood", []row{
		{"no-op tasks, all submitted at once", flood, "go-plugin gRPC unary, 32 in flight", unary32, 10, 20},
		{"no-op tasks, all submitted at once", flood, "go-plugin net/rpc, 32 in flight", netRPC32, 0, 0},
		{"no-op tasks, all submitted at once", flood, "ProcessPoolExecutor, submit each", pythonSubmit, 25, 50},
		{"no-op tasks, all submitted at once", flood, "ProcessPoolExecutor, map by 100", pythonMap, 0.6, 1.1},
		{"no-op tasks, all submitted at once", flood, "limit: gRPC stream, frames of 64", stream64, 0, 0},
		{"no-op tasks, all submitted at once", flood, "limit: gRPC stream, frames of 256", stream256, 0, 0},
	}},
	{"records", []row{
		{"a struct both ways: a string, 16 float64", floodOfRecords, "go-plugin gRPC unary, 32 in flight", unaryOfRecords, 7, 14},
	}},
	{"chained", []row{
		{"each result submits the next, 2 in flight", chained, "go-plugin gRPC unary, 2 in flight", unary2, 1, 1.5},
	}},
	{"one", []row{
		{"1 in flight: round trip with events, p50", oneInFlight, "go-plugin gRPC unary, 1 in flight", unary1, 0.75, 0.5},
	}},
	{"talk", []row{
		{"messages of one running task", messages, "", nil, 50_000, 100_000},
		{"requests of one running task: answers, p50", requests, "go-plugin gRPC unary, 1 in flight", unary1, 3, 1.5},
	}},
	{"million", []row{
		{"host heap per waiting task, 1,000,000 wait", heapPerTask, "", nil, 500, 250},
		{"time per task, 1,000,000 at once", million, "10,000 at once", tenThousand, 1.3, 1.1},
	}},
	{"bytes", []row{
		{"1 MiB payloads echoed, 8 in flight", echoed, "limit: gRPC stream", streamed, 0.7, 0.9},
	}},
	{"spin", []row{
		{"tasks of 1 ms of CPU", spun, "bare loops in 2 processes", looped, 0.93, 0.98},
		{"tasks of 1 ms of CPU, " + books, spunWithBooks, "without", spun, 0.97, 0},
		{"tasks of 1 ms of CPU, resources on each", spunWithLimits, "without", spun, 0.98, 0},
	}},
	{"uneven", []row{
		{"10,000 x 1 ms, 1 % of them x 100 ms: makespan", uneven, "half the sum", halfTheSum, 1.10, 1.03},
	}},
	{"emit", []row{
		{"Emit, no subscriber", emit0, "minimal emitter", minimal0, 1.5, 1.1},
		{"Emit, 1 subscriber", emit1, "minimal emitter", minimal1, 1.5, 1.1},
		{"Emit, 10 subscribers", emit10, "minimal emitter", minimal10, 1.5, 1.1},
		{"Emit, 10 with every, when, limit and repeat", emitOptions, "10 without", emit10, 2.5, 1.5},
	}},
	{"local", []row{
		{"tasks in this process, no callbacks", localPool, "ants", ants, 0.5, 1},
	}},
	{"plugins", []row{
		{"events told to one event plugin", events, "", nil, 200_000, 0},
		{"no-op tasks, " + books, floodWithBooks, "without", flood, 0.5, 0},
	}},
	{"screen", []row{
		{"no-op tasks, shown on a terminal", shownFlood, "not shown", hiddenFlood, 0.97, 0},
		{"CPU of a screen on which everything changes, 10 s", screenTime, "", nil, 1, 0.5},
	}},
	{"sleeper", []row{
		{"tasks of 2 ms, a plugin that sleeps 10 s an event", besideSleeper, "without", besideNobody, 1.05, 0},
	}},
	{"start", []row{
		{"host run of an empty job, 2 workers", hostRun, "go-plugin, 2 starts", twoStarts, 2, 1.2},
	}},
	{"idle", []row{
		{"CPU of a host with 16 idle workers, 10 s", idle, "", nil, 0.5, 0.1},
	}},
}
