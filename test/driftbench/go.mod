// The libraries that the drift engine is measured beside. A module of its own keeps them out of what
// the product depends on.
module github.com/omnicloud/omnicloud/test/driftbench

go 1.26.0

require (
	github.com/google/go-cmp v0.7.0
	github.com/josephburnett/jd/v2 v2.5.0
	github.com/omnicloud/omnicloud v0.0.0
	github.com/r3labs/diff/v3 v3.0.2
	github.com/stretchr/testify v1.12.1
	github.com/wI2L/jsondiff v0.7.1
)

require (
	github.com/google/uuid v1.6.0 // indirect
	github.com/tidwall/gjson v1.18.0 // indirect
	github.com/tidwall/match v1.1.1 // indirect
	github.com/tidwall/pretty v1.2.1 // indirect
	github.com/tidwall/sjson v1.2.5 // indirect
	github.com/vmihailenco/msgpack/v5 v5.4.1 // indirect
	github.com/vmihailenco/tagparser/v2 v2.0.0 // indirect
	go.yaml.in/yaml/v3 v3.0.5 // indirect
)

replace github.com/omnicloud/omnicloud => ../..
