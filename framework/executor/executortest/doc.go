// Package executortest holds the tests that every executor must pass, whether
// it runs calls in this process, in others, or on other machines.
//
//	func TestMain(m *testing.M) {
//		// workers must have the code of executortest.Tasks
//		os.Exit(m.Run())
//	}
//
//	func TestConformance(t *testing.T) {
//		executortest.Run(t, func(t *testing.T) scheduler.Executor { return mine.New(2) },
//			executortest.Features{Isolated: true, Encodes: true, KillsRunning: true})
//	}
//
// The suite drives an executor through a scheduler, as a user would, and uses
// nothing but the scheduler's public API. What an executor does not claim to do
// is left out of its [Features]; there is no other way to skip a case.
//
// Code under test talks to the test by TCP on the loopback interface: that is
// how the suite knows that code has begun, how it lets it go on, and that it
// has really ended.
package executortest
