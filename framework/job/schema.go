package job

import "github.com/hashicorp/hcl/v2"

// schema lists the arguments and blocks that may stand in a block.
func schema(arguments []string, blocks ...hcl.BlockHeaderSchema) *hcl.BodySchema {
	s := &hcl.BodySchema{Blocks: blocks}
	for _, name := range arguments {
		s.Attributes = append(s.Attributes, hcl.AttributeSchema{Name: name})
	}
	return s
}

func block(name string, labels ...string) hcl.BlockHeaderSchema {
	return hcl.BlockHeaderSchema{Type: name, LabelNames: labels}
}

func fileSchema() *hcl.BodySchema {
	return schema(nil, block("variable", "name"), block("plugin", "name"), block("task", "name"), block("on", "event"),
		block("output"), block("run"), block("attach", "name"))
}

func attachSchema() *hcl.BodySchema {
	return schema([]string{"source", "plugin", "args", "dir", "env", "sha256", "start_timeout", "allow", "filter", "delivery", "optional", "hidden", "flush", "stall"},
		block("config"))
}

func variableSchema() *hcl.BodySchema { return schema([]string{"default"}) }

func pluginSchema() *hcl.BodySchema {
	return schema([]string{"source", "workers", "args", "dir", "env", "sha256", "start_timeout", "grace", "max_message",
		"max_tasks_per_process", "max_rss", "threads", "nice"}, block("config"))
}

// extensionBlocks shape how a task is submitted and run.
var extensionBlocks = []string{"resources", "retry", "limiter", "comm"}

func taskSchema() *hcl.BodySchema {
	s := schema([]string{"plugin", "code", "timeout", "priority"})
	for _, name := range extensionBlocks {
		s.Blocks = append(s.Blocks, block(name))
	}
	return s
}

func limiterSchema() *hcl.BodySchema {
	return schema([]string{"max_calls", "max_concurrent", "not_while_running", "rate", "burst", "on_limit"})
}

func resourcesSchema() *hcl.BodySchema { return schema([]string{"wall_time", "cpu_time", "memory"}) }

func retrySchema() *hcl.BodySchema {
	return schema([]string{"attempts", "on", "delay", "max_delay", "workers_lost", "memory_factor"})
}

func commSchema() *hcl.BodySchema { return schema(nil) }

func onSchema() *hcl.BodySchema {
	return schema([]string{"when", "every", "repeat", "limit", "name", "hidden", "log", "level", "respond", "stop"},
		block("submit", "task"), block("stop"))
}

func submitSchema() *hcl.BodySchema {
	return schema([]string{"input", "for_each", "timeout", "priority"})
}

func stopSchema() *hcl.BodySchema { return schema([]string{"message", "error"}) }

func outputSchema() *hcl.BodySchema { return schema([]string{"path", "tasks"}) }

func runSchema() *hcl.BodySchema {
	return schema([]string{"name", "timeout", "on_exception", "on_cancelled", "wait", "end_on_empty"})
}
