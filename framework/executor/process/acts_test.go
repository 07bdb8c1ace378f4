//go:build linux

package process_test

import (
	"context"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/signalbox-go/signalbox/framework/executor/process"
	"github.com/signalbox-go/signalbox/framework/pluginproc/handshake"
	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/sdk"
)

const (
	doorEnv  = "PROCESS_TEST_DOOR" // where calls of a host's workers go
	workEnv  = "PROCESS_TEST_WORK" // what they do
	peerAct  = "peer"
	hostsAct = "host"
)

// acts are the other parts that this binary plays.
func acts() map[string]func() {
	return map[string]func(){
		"silent death":       func() { os.Exit(7) },
		peerAct:              func() { servePeer(handshake.Version) },
		bookkeeperAct:        serveBookkeeper,
		"peer of the future": func() { servePeer(handshake.Version + 6) },
		hostsAct:             host,
		"without the call":   func() { forgetful("") },
		"with a late call":   func() { forgetful("late") },
	}
}

// host is a host with two workers, which waits for its death.
func host() {
	sdk.ServeIfPlugin(parts()...)
	work := os.Getenv(workEnv)
	opts := []process.Option{process.Env(map[string]string{markEnv: os.Getenv(markEnv)})}
	if work == "starting" {
		opts = append(opts, process.Config(setting{Hang: true}), process.StartTimeout(time.Hour))
	}
	s := scheduler.New(process.Self(2, opts...))
	must(nil, s.Start(context.Background()))
	if strings.Contains(work, "spawn") {
		f, err := scheduler.Submit(s, spawn, 0)
		must(f, err)
		_, err = f.Wait(context.Background())
		must(f, err)
	}
	at := place{Socket: os.Getenv(doorEnv)}
	for range 2 {
		f, err := scheduler.Submit(s, holdTask, at)
		must(f, err)
		// Each on a worker of its own: behind what follows it would never run.
		for tick := time.Tick(time.Millisecond); f.State() == scheduler.Pending; {
			<-tick
		}
	}
	for range 10 { // which are held, or wait
		must(scheduler.Submit(s, burn, time.Hour))
	}
	select {}
}

func must(_ any, err error) {
	if err != nil {
		panic(err)
	}
}

// forgetful is a one-file program whose author forgot something.
func forgetful(call string) {
	s := scheduler.New(process.Self(2, process.Env(map[string]string{
		actEnv: os.Getenv(actEnv), markEnv: os.Getenv(markEnv)})))
	if call == "late" {
		sdk.ServeIfPlugin(parts()...)
	}
	_, err := scheduler.AddTask(s, pid)
	fmt.Println("task:", err)
	fmt.Println("start:", s.Start(context.Background()))
}
