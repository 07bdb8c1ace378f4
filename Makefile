# Every target needs Go. Besides, race needs a C compiler, and check bash, git,
# a C compiler and Prometheus (.ci/run). Tools are pinned in tools/go.mod.
TOOL := go tool -modfile=tools/go.mod
BIN = $(or $(shell go env GOBIN),$(shell go env GOPATH)/bin)

.DEFAULT_GOAL := help
.PHONY: help test race fuzz lint generate pictures check faults bench install

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

test: ## Run all tests
	go test ./...

race: ## Run all tests in random order under the race detector
	go test -race -shuffle=on -timeout 10m ./...

fuzz: ## Run every fuzz target for TIME each, 20s by default: make fuzz TIME=10m
	./.ci/fuzz $(TIME)

lint: ## Vet, staticcheck, and lint the protocol
	test -z "$$(gofmt -l . | tee /dev/stderr)" && go vet ./... && $(TOOL) staticcheck ./... && $(TOOL) buf lint

generate: ## Regenerate the protocol's Go code
	go generate ./... && go -C benchmarks generate ./...

pictures: ## Draw the pictures of the README anew, from a real run
	go run ./internal/picture

check: ## Run everything that has to hold before a merge
	./.ci/run

faults: ## Do what goes wrong many times, with chaos and a soak: a table
	go run ./faults

bench: ## Measure beside peers: a table, bench.json, bench.txt
	go -C benchmarks run . -o "$(CURDIR)"

install: ## Build cmd/host as signalbox, into GOBIN or GOPATH/bin
	# Without C the program is of one piece, and starts a millisecond sooner.
	mkdir -p "$(BIN)" && CGO_ENABLED=0 go build -o "$(BIN)/signalbox" ./cmd/host
