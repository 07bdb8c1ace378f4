package executortest

import (
	"testing"

	"github.com/signalbox-go/signalbox/framework/scheduler"
)

// Features says what an executor claims to do beyond what all must do.
type Features struct {
	// Ordered: it runs one call at a time, in the order of submission.
	Ordered bool
	// Isolated: it runs calls in other processes than the host's.
	Isolated bool
	// Encodes: inputs and results travel as payloads.
	Encodes bool
	// KillsRunning: running code that does not heed its context is ended
	// anyway. The executors given to [Run] should do so within a second or two.
	KillsRunning bool
}

// suite is what the cases work with.
type suite struct {
	Features
	newExecutor func(*testing.T) scheduler.Executor
}

// testCase is one case of the suite. claimed tells whether an executor with
// these features claims to do what the case asks; nil means that all must.
type testCase struct {
	name    string
	claimed func(Features) bool
	run     func(*testing.T, *suite)
}

func ordered(f Features) bool  { return f.Ordered }
func isolated(f Features) bool { return f.Isolated }
func encodes(f Features) bool  { return f.Encodes }
func kills(f Features) bool    { return f.KillsRunning }
func waits(f Features) bool    { return !f.KillsRunning }

// cases is the one table of what is asked of executors.
func cases() []testCase {
	return []testCase{
		{"results", nil, testResults},
		{"errors", nil, testErrors},
		{"panics", nil, testPanics},
		{"goexit", nil, testGoexit},
		{"order", ordered, testOrder},
		{"ten thousand calls from many goroutines", nil, testManyCalls},
		{"info of the call", nil, testInfo},
		{"another process", isolated, testOtherProcess},
		{"kinds of payloads", nil, testPayloads},
		{"inputs that do not encode", encodes, testInputNotEncodable},
		{"outputs that do not encode", encodes, testOutputNotEncodable},
		{"unknown task", nil, testUnknownTask},
		{"cancel what waits", nil, testCancelWaiting},
		{"cancel what runs", nil, testCancelRunning},
		{"cancel what runs and does not heed it: killed", kills, testCancelKills},
		{"cancel what runs and does not heed it: waited for", waits, testCancelWaits},
		{"cancel what has finished", nil, testCancelFinished},
		{"cancel a thousand at random", nil, testCancelAtRandom},
		{"kill at the end", nil, testKillAtEnd},
		{"kill at the end what does not heed it", kills, testKillAtEndIgnoring},
		{"timeout, waiting", nil, testTimeoutWait},
		{"timeout, killing", nil, testTimeoutKill},
		{"context ends", nil, testContextEnds},
		{"deadline", nil, testDeadline},
		{"deadline that has passed while no worker is free", nil, testDeadlinePassed},
		{"several attempts", nil, testAttempts},
		{"priorities", nil, testPriorities},
		{"messages of many calls", nil, testMessages},
		{"messages of several attempts", nil, testMessagesOfAttempts},
		{"messages that nobody hears", nil, testUnheard},
		{"messages of a slow host", nil, testSlowHost},
		{"messages that are too large", encodes, testLargeMessages},
		{"cancel what waits for an answer", nil, testCancelRequest},
		{"progress", nil, testProgress},
		{"pause", nil, testPause},
		{"call", nil, testCall},
		{"map", nil, testMap},
		{"leaving a map", nil, testMapLeft},
		{"two tasks over one function", nil, testTwoTasks},
		{"submit without a task", nil, testLoose},
		{"submit in callbacks", nil, testSubmitInCallbacks},
		{"submit while stopping", nil, testSubmitWhileStopping},
		{"states", nil, testStates},
		{"run again", nil, testRunAgain},
		{"start inside a run", nil, testStartTwice},
		{"several executors", nil, testSeveral},
		{"nothing is left", nil, testNothingLeft},
	}
}

// Run tests executors that newExecutor makes: a new one each time, with at
// least one worker, that is to have the code of [Tasks].
func Run(t *testing.T, newExecutor func(t *testing.T) scheduler.Executor, features Features) {
	t.Helper()
	s := &suite{Features: features, newExecutor: newExecutor}
	for _, c := range cases() {
		t.Run(c.name, func(t *testing.T) {
			if c.claimed != nil && !c.claimed(features) {
				t.Skip("the executor does not claim to do this")
			}
			c.run(t, s)
		})
	}
}
