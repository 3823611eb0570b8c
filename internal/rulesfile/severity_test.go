package rulesfile_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/drift"
	"github.com/omnicloud/omnicloud/domain/drift/document"
	"github.com/omnicloud/omnicloud/domain/drift/judgement"
	"github.com/omnicloud/omnicloud/internal/rulesfile"
)

// TestSeverities judges one change each with the built-in packs, as every program does.
func TestSeverities(t *testing.T) {
	detector, err := drift.NewDetector(append(rulesfile.BuiltIn(), drift.WithMode(drift.Exact), drift.WithJudge(judgement.Judge{}))...)
	require.NoError(t, err)
	for _, testCase := range []struct {
		kind, desired, actual string
		want                  drift.Severity
	}{
		// Names and tags.
		{"aws_instance", `{"tags":{"a":"1"}}`, `{"tags":{"a":"2"}}`, drift.Cosmetic},
		{"aws_instance", `{"tags":{}}`, `{"tags":{"a":"2"}}`, drift.Cosmetic},
		{"AWS::EC2::Instance", `{"Tags":[{"Key":"a","Value":"1"}]}`, `{"Tags":[{"Key":"a","Value":"2"}]}`, drift.Cosmetic},
		{"aws_instance", `{"name":"a"}`, `{"name":"b"}`, drift.Cosmetic},
		{"AWS::SNS::Topic", `{"DisplayName":"a"}`, `{"DisplayName":"b"}`, drift.Cosmetic},
		{"aws_security_group", `{"description":"a"}`, `{"description":"b"}`, drift.Cosmetic},
		{"aws_security_group", `{"tags":{"a":"1"}}`, `{"tags":{"a":"2"}}`, drift.Cosmetic},
		{"google_compute_instance", `{"labels":{"a":"1"}}`, `{"labels":{"a":"2"}}`, drift.Cosmetic},
		{"Kubernetes::apps::Deployment", `{"metadata":{"annotations":{"a":"1"}}}`, `{"metadata":{"annotations":{"a":"2"}}}`, drift.Cosmetic},
		{"AWS::IAM::Role", `{"Description":"a"}`, `{"Description":"b"}`, drift.Cosmetic},
		// What changes behaviour.
		{"aws_instance", `{"instance_type":"t3.micro"}`, `{"instance_type":"t3.large"}`, drift.Functional},
		{"AWS::EC2::Instance", `{"InstanceType":"t3.micro"}`, `{"InstanceType":"t3.large"}`, drift.Functional},
		{"AWS::RDS::DBInstance", `{"DBInstanceClass":"a"}`, `{"DBInstanceClass":"b"}`, drift.Functional},
		{"AWS::Lambda::Function", `{"MemorySize":128}`, `{"MemorySize":256}`, drift.Functional},
		{"AWS::Lambda::Function", `{"Environment":{"Variables":{"A":"1"}}}`, `{"Environment":{"Variables":{"A":"2"}}}`, drift.Functional},
		{"service", `{"port":80}`, `{"port":81}`, drift.Functional},
		{"Kubernetes::apps::Deployment", `{"spec":{"replicas":2}}`, `{"spec":{"replicas":3}}`, drift.Functional},
		// Security groups: ports and rules.
		{"aws_security_group", `{"ingress":[{"protocol":"tcp","from_port":22,"to_port":22,"cidr_blocks":["10.0.0.0/8"]}]}`, `{"ingress":[{"protocol":"tcp","from_port":22,"to_port":23,"cidr_blocks":["10.0.0.0/8"]}]}`, drift.Security},
		{"AWS::EC2::SecurityGroup", `{"SecurityGroupIngress":[]}`, `{"SecurityGroupIngress":[{"IpProtocol":"tcp","FromPort":22,"ToPort":22,"CidrIp":"10.0.0.0/8"}]}`, drift.Security},
		{"AWS::EC2::SecurityGroup", `{"SecurityGroupIngress":[{"IpProtocol":"tcp","FromPort":22,"ToPort":22,"CidrIp":"0.0.0.0/0"}]}`, `{"SecurityGroupIngress":[]}`, drift.Security},
		{"security_group", `{"rules":[{"port":22,"cidr":"10.0.0.0/8"}]}`, `{"rules":[{"port":23,"cidr":"10.0.0.0/8"}]}`, drift.Security},
		{"instance", `{"security_groups":["a"]}`, `{"security_groups":["b"]}`, drift.Security},
		{"aws_instance", `{"vpc_security_group_ids":["a"]}`, `{"vpc_security_group_ids":["b"]}`, drift.Security},
		{"aws_network_acl_rule", `{"rule_action":"allow","protocol":"tcp","from_port":1,"to_port":1,"cidr_block":"10.0.0.0/8"}`, `{"rule_action":"deny","protocol":"tcp","from_port":1,"to_port":1,"cidr_block":"10.0.0.0/8"}`, drift.Security},
		// Encryption, identities, public access.
		{"aws_ebs_volume", `{"encrypted":true}`, `{"encrypted":false}`, drift.Security},
		{"aws_ebs_volume", `{"kms_key_id":"a"}`, `{"kms_key_id":"b"}`, drift.Security},
		{"AWS::S3::Bucket", `{"BucketEncryption":{"ServerSideEncryptionConfiguration":[{"ServerSideEncryptionByDefault":{"SSEAlgorithm":"aws:kms"}}]}}`, `{"BucketEncryption":{"ServerSideEncryptionConfiguration":[{"ServerSideEncryptionByDefault":{"SSEAlgorithm":"AES256"}}]}}`, drift.Security},
		{"AWS::CloudFront::Distribution", `{"ViewerCertificate":{"MinimumProtocolVersion":"TLSv1.2_2021"}}`, `{"ViewerCertificate":{"MinimumProtocolVersion":"TLSv1.1_2016"}}`, drift.Security},
		{"AWS::IAM::Role", `{"MaxSessionDuration":3600}`, `{"MaxSessionDuration":7200}`, drift.Security},
		{"AWS::Lambda::Function", `{"Role":"arn:aws:iam::111122223333:role/a"}`, `{"Role":"arn:aws:iam::111122223333:role/b"}`, drift.Security},
		{"aws_s3_bucket_public_access_block", `{"block_public_acls":true}`, `{"block_public_acls":false}`, drift.Security},
		{"AWS::EC2::Instance", `{"MetadataOptions":{"HttpTokens":"required"}}`, `{"MetadataOptions":{"HttpTokens":"optional"}}`, drift.Security},
		{"aws_db_instance", `{"iam_database_authentication_enabled":true}`, `{"iam_database_authentication_enabled":false}`, drift.Security},
		{"AWS::CloudTrail::Trail", `{"IsLogging":true}`, `{"IsLogging":false}`, drift.Security},
		{"aws_db_instance", `{"password":"hunter2hunter2"}`, `{"password":"hunter3hunter3"}`, drift.Security},
		{"Kubernetes::apps::Deployment", `{"spec":{"template":{"spec":{"hostNetwork":false}}}}`, `{"spec":{"template":{"spec":{"hostNetwork":true}}}}`, drift.Security},
		{"Kubernetes::rbac.authorization.k8s.io::Role", `{"rules":[{"verbs":["get"]}]}`, `{"rules":[{"verbs":["list"]}]}`, drift.Security},
		// What opens to the world, and secrets in plain sight.
		{"aws_security_group", `{"ingress":[]}`, `{"ingress":[{"protocol":"tcp","from_port":22,"to_port":22,"cidr_blocks":["0.0.0.0/0"]}]}`, drift.Critical},
		{"AWS::EC2::SecurityGroup", `{"SecurityGroupIngress":[]}`, `{"SecurityGroupIngress":[{"IpProtocol":"-1","CidrIpv6":"::/0"}]}`, drift.Critical},
		{"security_group", `{"rules":[{"port":22,"cidr":"10.0.0.0/8"}]}`, `{"rules":[{"port":22,"cidr":"0.0.0.0/0"}]}`, drift.Critical},
		{"aws_db_instance", `{"publicly_accessible":false}`, `{"publicly_accessible":true}`, drift.Critical},
		{"AWS::S3::Bucket", `{"AccessControl":"Private"}`, `{"AccessControl":"PublicRead"}`, drift.Critical},
		{"AWS::SQS::QueuePolicy", `{"PolicyDocument":{"Statement":[{"Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":"sqs:*","Resource":"*"}]}}`, `{"PolicyDocument":{"Statement":[{"Effect":"Allow","Principal":"*","Action":"sqs:*","Resource":"*"}]}}`, drift.Critical},
		{"aws_instance", `{"tags":{"a":"1"}}`, `{"tags":{"a":"AKIAIOSFODNN7EXAMPLE"}}`, drift.Critical},
		{"aws_instance", `{"user_data":"a"}`, `{"user_data":"export DB_PASSWORD=hunter2hunter2"}`, drift.Critical},
		{"aws_instance", `{"user_data":"a"}`, `{"user_data":"export AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"}`, drift.Critical},
		{"aws_s3_bucket_policy", `{"policy":"{\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"AWS\":\"111122223333\"},\"Action\":\"s3:GetObject\",\"Resource\":\"*\"}]}"}`, `{"policy":"{\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":\"*\",\"Action\":\"s3:GetObject\",\"Resource\":\"*\"}]}"}`, drift.Critical},
		{"AWS::SQS::QueuePolicy", `{"PolicyDocument":{"Statement":{"Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":"sqs:*","Resource":"*"}}}`, `{"PolicyDocument":{"Statement":{"Effect":"Allow","Principal":{"AWS":["111122223333","*"]},"Action":"sqs:*","Resource":"*"}}}`, drift.Critical},
		{"aws_opensearch_domain", `{"access_policies":"{\"Statement\":[]}"}`, `{"access_policies":"{\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":\"*\",\"Action\":\"es:*\",\"Resource\":\"*\"}]}"}`, drift.Critical},
		{"google_storage_bucket_iam_policy", `{"policy_data":"{\"bindings\":[{\"role\":\"roles/viewer\",\"members\":[\"user:a@b.c\"]}]}"}`, `{"policy_data":"{\"bindings\":[{\"role\":\"roles/viewer\",\"members\":[\"user:a@b.c\",\"allUsers\"]}]}"}`, drift.Critical},
		{"aws_lb", `{"internal":true}`, `{"internal":false}`, drift.Critical},
		{"aws_lambda_permission", `{"action":"lambda:InvokeFunction","principal":"s3.amazonaws.com"}`, `{"action":"lambda:InvokeFunction","principal":"*"}`, drift.Critical},
		{"azurerm_mssql_firewall_rule", `{"start_ip_address":"0.0.0.0","end_ip_address":"10.0.0.1"}`, `{"start_ip_address":"0.0.0.0","end_ip_address":"255.255.255.255"}`, drift.Critical},
	} {
		t.Run(testCase.kind+" "+testCase.desired+" "+testCase.actual, func(t *testing.T) {
			desired, err := document.ParseString(testCase.desired)
			require.NoError(t, err)
			actual, err := document.ParseString(testCase.actual)
			require.NoError(t, err)
			records, err := detector.DetectResourceDrift(drift.Subject{ResourceID: "r", ResourceType: testCase.kind}, desired, actual)
			require.NoError(t, err)
			require.NotEmpty(t, records)
			for _, record := range records {
				assert.Equal(t, testCase.want, record.Severity, record.ConfigPath)
			}
		})
	}
}

// TestPoliciesAreComparedWhole: what nobody declared grants something, also where only what is declared
// is compared.
func TestPoliciesAreComparedWhole(t *testing.T) {
	detector, err := drift.NewDetector(append(rulesfile.BuiltIn(), drift.WithMode(drift.Declared), drift.WithJudge(judgement.Judge{}))...)
	require.NoError(t, err)
	trust := func(inside string) string {
		return `{"AssumeRolePolicyDocument":{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole",` + inside + `}]}}`
	}
	declared := trust(`"Principal":{"Service":"ec2.amazonaws.com"}`)
	for name, c := range map[string]struct {
		desired, actual string
		want            []string
	}{
		"a kind of principal more": {declared, trust(`"Principal":{"Service":"ec2.amazonaws.com","AWS":"*"}`), []string{"AssumeRolePolicyDocument.Statement[0].Principal.AWS key_added critical"}},
		"a condition more": {
			trust(`"Principal":{"AWS":"111122223333"}`), trust(`"Principal":{"AWS":"*"},"Condition":{"StringEquals":{"aws:PrincipalOrgID":"o-1"}}`),
			[]string{"AssumeRolePolicyDocument.Statement[0].Condition key_added security", "AssumeRolePolicyDocument.Statement[0].Principal.AWS[0] value_changed security"},
		},
		"a name of its own": {declared, trust(`"Principal":{"Service":"ec2.amazonaws.com"},"Sid":"AddedByConsole"`), nil},
		"a version and an id": {
			`{"AssumeRolePolicyDocument":{"Statement":[]}}`, `{"AssumeRolePolicyDocument":{"Version":"2008-10-17","Id":"made","Statement":[]}}`, nil,
		},
		"what a web firewall calls statements": {
			`{"Rules":[{"Statement":{"ByteMatchStatement":{"SearchString":"x"}}}]}`, `{"Rules":[{"Statement":{"ByteMatchStatement":{"SearchString":"x","SearchStringBase64":"eA=="}}}]}`, nil,
		},
	} {
		t.Run(name, func(t *testing.T) {
			desired, err := document.ParseString(c.desired)
			require.NoError(t, err)
			actual, err := document.ParseString(c.actual)
			require.NoError(t, err)
			records, err := detector.DetectResourceDrift(drift.Subject{ResourceID: "r", ResourceType: "AWS::IAM::Role"}, desired, actual)
			require.NoError(t, err)
			var got []string
			for _, record := range records {
				got = append(got, fmt.Sprint(record.ConfigPath, " ", record.Type, " ", record.Severity))
			}
			assert.ElementsMatch(t, c.want, got)
		})
	}
}
