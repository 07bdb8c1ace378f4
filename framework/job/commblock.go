package job

import (
	"encoding/json"
	"errors"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/signalbox-go/signalbox/framework/extension/comm"
	"github.com/signalbox-go/signalbox/framework/scheduler"
)

// request is one of a job file's tasks.
type request = comm.Request[json.RawMessage, json.RawMessage]

// loadComm reads a comm block.
func (l *loader) loadComm(b *hcl.Block) *extensionBlock {
	l.content(b.Body, commSchema())
	return &extensionBlock{
		events:    []string{comm.OpenName, comm.MessageName, comm.RequestName, comm.CloseName},
		extension: func(map[string]*jsonTask) scheduler.Extension { return comm.New[json.RawMessage, json.RawMessage]() },
	}
}

// respond answers the request that the event tells of.
func (re *reaction) respond(ctx *hcl.EvalContext, value any) {
	answer, err := encode(re.eval(ctx, re.answer, cty.DynamicPseudoType))
	if err == nil {
		err = value.(request).Respond(answer)
	}
	switch {
	case err == nil:
	case errors.Is(err, comm.ErrWithdrawn), errors.Is(err, comm.ErrClosed), errors.Is(err, comm.ErrEnded):
		// Nobody waits for it, which is no mistake of the block.
		re.run.log.Warn("answered too late: "+err.Error(), "on", re.label, "at", place(re.answer.Range()))
	default:
		re.fail(&BlockError{Where: place(re.answer.Range()), Event: re.label, Err: err})
	}
}
