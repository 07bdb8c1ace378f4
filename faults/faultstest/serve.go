//go:build linux

package faultstest

import (
	"context"
	"os"

	"github.com/signalbox-go/signalbox/plugins/journal"
	"github.com/signalbox-go/signalbox/plugins/metrics"
	"github.com/signalbox-go/signalbox/sdk"
)

const (
	actEnv  = "SIGNALBOX_FAULTS_ACT"  // which part a copy of this program plays
	markEnv = "SIGNALBOX_FAULTS_MARK" // by which a case finds its processes
	argEnv  = "SIGNALBOX_FAULTS_ARG"  // what the part is to know
)

// Serve is called first thing by the program that runs the suite: its copies are
// the workers, event plugins, peers and hosts of the cases. In those it does not
// return.
func Serve() {
	if act, ok := acts()[os.Getenv(actEnv)]; ok {
		act()
		os.Exit(0)
	}
	sdk.ServeIfPlugin(parts()...)
}

// acts are the parts that are no plugin of the sdk.
func acts() map[string]func() {
	return map[string]func(){"peer": servePeer, "host": host}
}

// setting is the configuration of workers.
type setting struct{ Hang bool }

func setUp(ctx context.Context, s setting) error {
	if s.Hang {
		<-ctx.Done()
	}
	return nil
}

func parts() []sdk.Part {
	return []sdk.Part{sdk.Setup(setUp), misbehave, bystander, journal.Plugin(), metrics.Plugin()}
}
