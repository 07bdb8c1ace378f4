//go:build linux

package process_test

import (
	"os"
	"testing"

	"go.uber.org/goleak"

	"github.com/signalbox-go/signalbox/framework/executor/executortest"
	"github.com/signalbox-go/signalbox/sdk"
)

// TestMain makes this binary its own worker and, told so by its environment,
// play other parts.
func TestMain(m *testing.M) {
	if act, ok := acts()[os.Getenv(actEnv)]; ok {
		act()
		os.Exit(0)
	}
	sdk.ServeIfPlugin(parts()...)
	goleak.VerifyTestMain(m)
}

// parts are what workers made of this binary offer.
func parts() []sdk.Part {
	parts := []sdk.Part{sdk.Setup(setUp),
		pid, journal, exit, silentDeath, lastWords, panicAside, fault, overflow, holdTask, spawn, surroundings, bytes, nest, burn, longError, closeSession, failure, inc, program, retain}
	for _, p := range executortest.Tasks() {
		parts = append(parts, p)
	}
	return parts
}
