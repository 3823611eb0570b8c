package sample

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/omnicloud/omnicloud/domain/infra"
)

// awsTypes are what the state service calls what the bill calls otherwise.
var awsTypes = map[string]string{
	virtualMachine.prefix: "AWS::EC2::Instance", objectStore.prefix: "AWS::S3::Bucket",
	loadBalancer.prefix: "AWS::ElasticLoadBalancingV2::LoadBalancer", database.prefix: "AWS::RDS::DBInstance",
	cluster.prefix: "AWS::EKS::Cluster", metricsStore.prefix: "AWS::APS::Workspace", logStore.prefix: "AWS::Logs::LogGroup",
	transitGateway.prefix: "AWS::EC2::TransitGateway", natGateway.prefix: "AWS::EC2::NatGateway", researchJob.prefix: "AWS::Batch::JobQueue",
}

// The types that no bill lists, and so none of the fleet has.
const (
	typeNetwork       = "AWS::EC2::VPC"
	typeSubnet        = "AWS::EC2::Subnet"
	typeSecurityGroup = "AWS::EC2::SecurityGroup"
	typeRole          = "AWS::IAM::Role"
)

// states returns every resource with its declared and observed configuration, in byte order of id: the
// fleet, what each tenant's machines stand in (network, subnet, security group, role), and one
// that nobody declared.
func states(fleet []resource) []infra.Resource {
	var list []infra.Resource
	for number, tenant := range sortedKeys(tenantNames) {
		list = append(list, surroundings(tenant, number)...)
	}
	for _, r := range fleet {
		list = append(list, stateOf(r))
	}
	list = append(list, infra.Resource{
		ID: extraResource, Type: awsTypes[virtualMachine.prefix], TenantID: "juniper", State: infra.Active,
		Actual: written(object{"InstanceType": "m6i.large", "ImageId": image, "SubnetId": "subnet-juniper", "Monitoring": false}),
	})
	slices.SortFunc(list, func(a, b infra.Resource) int { return cmp.Compare(a.ID, b.ID) })
	return list
}

// stateOf is a resource of the fleet.
func stateOf(r resource) infra.Resource {
	made := placed(r.id, awsTypes[r.prefix], r.tenant, func() object { return declared(r) })
	if r.tenant != "" && r.prefix != objectStore.prefix {
		made.DependsOn = []string{"sg-" + r.tenant, "subnet-" + r.tenant}
	}
	return made
}

// placed writes both sides of a resource. The configuration is made twice, since what is observed is
// changed where it lies.
func placed(id, resourceType, tenant string, declared func() object) infra.Resource {
	made := infra.Resource{ID: id, Type: resourceType, TenantID: tenant, State: infra.Active, Desired: written(declared())}
	switch id {
	case missingResource:
		return made
	case unreadableResource:
		made.Unreadable = "AccessDenied: the role that reads this account may not describe its databases"
		return made
	}
	actual := observed(id, resourceType, declared())
	if change, changed := drifted[id]; changed {
		change(actual)
	}
	made.Actual = written(actual)
	return made
}

// observed is what the cloud says of what was declared: with attributes that it adds itself, and in
// another spelling and order where it may choose.
func observed(id, resourceType string, actual object) object {
	actual["Arn"] = fmt.Sprintf("arn:aws:omni:eu-central-1:%s:%s/%s", AccountPrimary, resourceType, id)
	switch resourceType {
	case typeSecurityGroup:
		actual["GroupId"] = id
		rules := actual["SecurityGroupIngress"].([]any)
		slices.Reverse(rules)
		rules[0].(object)["FromPort"] = "8080"
	case awsTypes[virtualMachine.prefix]:
		actual["InstanceId"] = id
		actual["PrivateIp"] = "10.20.0.17"
	case awsTypes[database.prefix]:
		actual["AllocatedStorage"] = 100
		actual["DbiResourceId"] = "db-" + id
	}
	if tags, tagged := actual["Tags"].([]any); tagged {
		slices.Reverse(tags)
	}
	return actual
}

// object is a configuration or a part of one.
type object = map[string]any

// written writes a configuration as JSON, with keys in order.
func written(configuration object) json.RawMessage {
	text, err := json.Marshal(configuration)
	if err != nil {
		panic(fmt.Sprintf("a sample configuration cannot be written as JSON: %v", err))
	}
	return text
}
