// Package driftbench measures the drift engine beside other Go libraries that compare documents, on
// the same documents. `make bench` runs it.
package driftbench

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
)

// group returns a security group with rules, and the same with its rules in another order and changes
// of one value each, as JSON. The same seed gives the same documents.
func group(rules, changes int, seed uint64) (desired, actual []byte) {
	random := rand.New(rand.NewPCG(seed, seed))
	list := make([]map[string]any, rules)
	for i := range list {
		list[i] = map[string]any{
			"IpProtocol":  []string{"tcp", "udp"}[i%2],
			"FromPort":    1024 + i*7,
			"ToPort":      1024 + i*7 + random.IntN(5),
			"CidrIp":      fmt.Sprintf("10.%d.%d.0/24", random.IntN(256), random.IntN(256)),
			"Description": fmt.Sprintf("rule %d of team %d", i, random.IntN(20)),
		}
	}
	desired = asJSON(list)
	changed := random.Perm(rules)[:changes]
	for _, i := range changed {
		list[i]["CidrIp"] = "192.168.0.0/16"
	}
	random.Shuffle(rules, func(i, j int) { list[i], list[j] = list[j], list[i] })
	return desired, asJSON(list)
}

func asJSON(rules []map[string]any) []byte {
	text, err := json.Marshal(map[string]any{
		"GroupDescription": "web servers", "VpcId": "vpc-0a1b2c3d", "SecurityGroupIngress": rules,
		"Tags": []map[string]string{{"Key": "team", "Value": "web"}, {"Key": "stage", "Value": "production"}},
	})
	if err != nil {
		panic(err)
	}
	return text
}
