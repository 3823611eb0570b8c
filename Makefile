# Everything a person or a build needs. "make" alone lists it.

BIN     := $(CURDIR)/bin
export PATH := $(BIN):$(PATH)
# A clone that belongs to another account (root in a container) must build as well.
export GOFLAGS := -buildvcs=false $(GOFLAGS)

# Pinned tools. The Temporal server is pinned by deploy/tools/go.mod, with everything beneath it,
# the Terraform that tests make plans with (the last one under the MPL) by deploy/tools/terraform, and the
# Vault that tests keep keys in by deploy/tools/vault.
GOFUMPT       := 0.12.0
GOLANGCI      := 2.15.0
GOTESTSUM     := 1.13.0
OAPI_CODEGEN  := 2.8.2
WORKFLOWCHECK := 0.6.0

# Seconds per fuzz target, packages and flags for test and bench, arguments for run.
FUZZTIME ?= 20s
PKG      ?= ./...
ARGS     ?=
SCALE    ?=

# The packages whose tests start no server.
UNIT = $(shell go list -f '{{.Dir}}' $(PKG) | while read -r folder; do \
	grep -qsE 'postgrestest|StartDevServer|prometheustest|vaulttest' "$$folder"/*_test.go || echo "$$folder"; done)

.DEFAULT_GOAL := help
.PHONY: help run build test test-unit check fmt fmt-check lint workflowcheck gen gen-check bench bench-scale fuzz clean tools postgres prometheus

help: ## list what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

run: postgres build bin/temporal ## build what is missing and run the whole stack (ARGS="--api-addr 127.0.0.1:0")
	@exec $(BIN)/omnicloud dev $(ARGS)

build: ## build bin/omnicloud
	@go build -o $(BIN)/omnicloud ./cmd/omnicloud

test: postgres prometheus bin/temporal bin/terraform bin/vault $(BIN)/.gotestsum-$(GOTESTSUM) ## every test there is, real PostgreSQL and Temporal included (PKG=./domain/...)
	gotestsum --format pkgname -- -timeout 20m $(PKG)
	@# The chart's tests are a module of their own, which Helm's packages take minutes to build for.
	$(if $(filter ./...,$(PKG)),go test -C test/chart ./...)

test-unit: $(BIN)/.gotestsum-$(GOTESTSUM) ## the tests that start no server, within a minute
	@gotestsum --format pkgname -- -short $(UNIT)

check: fmt-check lint workflowcheck gen-check test ## what a change must pass: format, lint, determinism, generated code, tests

fmt: $(BIN)/.gofumpt-$(GOFUMPT) ## format the code
	gofumpt -w .

fmt-check: $(BIN)/.gofumpt-$(GOFUMPT)
	@unformatted=$$(gofumpt -l .); test -z "$$unformatted" || { echo "not formatted, run make fmt:"; echo "$$unformatted"; exit 1; }

lint: $(BIN)/.golangci-lint-$(GOLANGCI) ## the linters of .golangci.yml
	golangci-lint run

workflowcheck: $(BIN)/.workflowcheck-$(WORKFLOWCHECK) ## search the workflows for what would break their replay
	workflowcheck $(if $(wildcard workflowcheck.config.yaml),-config workflowcheck.config.yaml) ./workflows/...

gen: $(BIN)/.oapi-codegen-$(OAPI_CODEGEN) ## write the generated code anew
	go generate ./...

# Compares checksums rather than asking git, so that it also holds in a tree with other changes.
gen-check: $(BIN)/.oapi-codegen-$(OAPI_CODEGEN)
	@sums() { grep -rlE --include='*.go' '^// Code generated .* DO NOT EDIT' . | LC_ALL=C sort | xargs cksum; }; \
	before=$$(sums); $(MAKE) --no-print-directory gen; after=$$(sums); \
	test "$$before" = "$$after" || { echo "generated code was out of date and is now written anew; commit it"; exit 1; }

bench: postgres bin/temporal ## the speeds that the documents promise
	go test -run '^$$' -bench . -benchmem -timeout 30m $(PKG)
	go test -C test/driftbench -run '^$$' -bench . -benchmem ./...
	@echo "pairs of configurations on one core:"
	go test -run '^$$' -bench Pairs -cpu 1 ./internal/rulesfile ./cmd/omnicloud

# A close of the size in docs/scale.md takes minutes and 20 GB of disk.
bench-scale: postgres bin/temporal build ## a close of SCALE="-lines 10000000 -tenants 100000", a scan of SCALE="-resources 100000", or forecasts of SCALE="-series 10000"
	go run ./test/scale -binary $(BIN)/omnicloud $(SCALE)

fuzz: ## every fuzz target for FUZZTIME each
	@grep -rnoE --include='*_test.go' '^func Fuzz[A-Za-z0-9_]+' . | while IFS=: read -r file line match; do \
		echo "$$(dirname $$file) $${match#func }"; \
		go test -run '^$$' -fuzz "^$${match#func }$$" -fuzztime $(FUZZTIME) "$$(dirname $$file)" || exit 1; \
	done

clean: ## remove what was built and what the stack stored in .omnicloud
	@# The database may lie elsewhere behind a link; remove it with the rest.
	rm -rf "$$(readlink -f .omnicloud/postgres 2>/dev/null || echo .omnicloud)" .omnicloud $(BIN) coverage.out

tools: bin/temporal bin/terraform bin/vault $(BIN)/.gofumpt-$(GOFUMPT) $(BIN)/.golangci-lint-$(GOLANGCI) $(BIN)/.gotestsum-$(GOTESTSUM) $(BIN)/.oapi-codegen-$(OAPI_CODEGEN) $(BIN)/.workflowcheck-$(WORKFLOWCHECK) ## build the pinned tools into bin/

bin/temporal: deploy/tools/go.mod deploy/tools/go.sum
	@echo "building the Temporal server (once, some minutes)"
	@go build -C deploy/tools -trimpath -ldflags '-s -w' -o $(BIN)/temporal github.com/temporalio/cli/cmd/temporal
	@touch $@

bin/terraform: deploy/tools/terraform/go.mod deploy/tools/terraform/go.sum
	@echo "building Terraform for the tests (once, some minutes)"
	@go build -C deploy/tools/terraform -trimpath -ldflags '-s -w' -o $(BIN)/terraform github.com/hashicorp/terraform
	@touch $@

bin/vault: deploy/tools/vault/go.mod deploy/tools/vault/go.sum
	@echo "building Vault for the tests (once, some minutes)"
	@CGO_ENABLED=0 go build -C deploy/tools/vault -tags minimal -trimpath -ldflags '-s -w' -o $(BIN)/vault github.com/hashicorp/vault
	@touch $@

# tool NAME,PACKAGE,VERSION: a stamp file per version, so that a new pin builds anew.
define tool
$$(BIN)/.$(1)-$(3):
	@echo "building $(1) $(3)"
	@GOBIN=$$(BIN) go install $(2)@v$(3)
	@rm -f $$(BIN)/.$(1)-* && touch $$@
endef
$(eval $(call tool,gofumpt,mvdan.cc/gofumpt,$(GOFUMPT)))
$(eval $(call tool,golangci-lint,github.com/golangci/golangci-lint/v2/cmd/golangci-lint,$(GOLANGCI)))
$(eval $(call tool,gotestsum,gotest.tools/gotestsum,$(GOTESTSUM)))
$(eval $(call tool,oapi-codegen,github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen,$(OAPI_CODEGEN)))
$(eval $(call tool,workflowcheck,go.temporal.io/sdk/contrib/tools/workflowcheck,$(WORKFLOWCHECK)))

postgres:
	@deploy/tools/ensure-postgres

prometheus:
	@deploy/tools/ensure-prometheus
