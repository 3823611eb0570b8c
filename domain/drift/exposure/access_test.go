package exposure_test

import (
	"strings"
	"testing"

	"github.com/omnicloud/omnicloud/domain/drift/exposure"
)

// policy is a bucket's policy with one statement.
func policy(statement string) string {
	return `{"PolicyDocument":{"Version":"2012-10-17","Statement":[` + statement + `]}}`
}

func TestPolicies(t *testing.T) {
	const bucketPolicy = "AWS::S3::BucketPolicy"
	private := `{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:root"},"Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*"}`
	public := `{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*"}`
	with := func(condition string) string {
		return strings.Replace(public, "}", `,"Condition":{`+condition+`}}`, 1)
	}
	const found = "s3:getobject on arn:aws:s3:::b/* for everybody"
	check(t, []change{
		{"a public principal", bucketPolicy, policy(private), policy(private + "," + public), exposure.Widens, found},
		{"spelt as AWS: *", bucketPolicy, policy(private), policy(private + "," + strings.Replace(public, `"*"`, `{"AWS":"*"}`, 1)), exposure.Widens, found},
		{"spelt as a list", bucketPolicy, policy(private), policy(private + "," + strings.Replace(public, `"*"`, `{"AWS":["*"]}`, 1)), exposure.Widens, found},
		{"everybody but one", bucketPolicy, policy(private), policy(private + "," + strings.Replace(public, `"Principal":"*"`, `"NotPrincipal":{"AWS":"a"}`, 1)), exposure.Widens, `s3:getobject on arn:aws:s3:::b/* for all but {"AWS":"a"}`},
		{"kept as text", "aws_s3_bucket_policy", `{"policy":"{}"}`, `{"policy":` + quoted(`{"Statement":`+public+`}`) + `}`, exposure.Widens, found},
		{"the same in another order", bucketPolicy, policy(private + "," + public), policy(public + "," + private), exposure.Unchanged, ""},
		{"a singleton for a list", bucketPolicy, policy(public), policy(strings.Replace(public, `"s3:GetObject"`, `["s3:GetObject"]`, 1)), exposure.Unchanged, ""},
		{"a public action more", bucketPolicy, policy(public), policy(strings.Replace(public, `"s3:GetObject"`, `["s3:GetObject","s3:PutObject"]`, 1)), exposure.Widens, "s3:putobject on arn:aws:s3:::b/* for everybody"},
		{"a pattern that includes what was there", bucketPolicy, policy(public), policy(strings.Replace(public, "s3:GetObject", "s3:*", 1)), exposure.Widens, "s3:* on arn:aws:s3:::b/* for everybody"},
		{"a right that a pattern includes", bucketPolicy, policy(strings.Replace(public, "s3:GetObject", "s3:*", 1)), policy(strings.Replace(public, "s3:GetObject", "s3:*", 1) + "," + public), exposure.Unchanged, ""},
		{"limited to a network", bucketPolicy, policy(private), policy(private + "," + with(`"IpAddress":{"aws:SourceIp":"10.0.0.0/8"}`)), exposure.Widens, ""},
		{"limited to the world is not limited", bucketPolicy, policy(private), policy(private + "," + with(`"IpAddress":{"aws:SourceIp":["10.0.0.0/8","0.0.0.0/0"]}`)), exposure.Widens, found},
		{"limited to an organisation", bucketPolicy, policy(private), policy(private + "," + with(`"StringEquals":{"aws:PrincipalOrgID":"o-1"}`)), exposure.Widens, ""},
		{"limited to any account is not limited", bucketPolicy, policy(private), policy(private + "," + with(`"StringLike":{"aws:PrincipalAccount":"*"}`)), exposure.Widens, found},
		{"limited where the key is there only", bucketPolicy, policy(private), policy(private + "," + with(`"StringEqualsIfExists":{"aws:SourceVpc":"vpc-1"}`)), exposure.Widens, found},
		{"all but a network", bucketPolicy, policy(private), policy(private + "," + with(`"NotIpAddress":{"aws:SourceIp":"10.0.0.0/8"}`)), exposure.Widens, found},
		{"only with TLS", bucketPolicy, policy(private), policy(private + "," + with(`"Bool":{"aws:SecureTransport":"true"}`)), exposure.Widens, found},
		{"a limit that goes", bucketPolicy, policy(with(`"IpAddress":{"aws:SourceIp":"10.0.0.0/8"}`)), policy(public), exposure.Widens, found},
		{"a deny that goes", bucketPolicy, policy(private + `,{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"*"}`), policy(private), exposure.Widens, ""},
		{"a service is not everybody", "AWS::SNS::TopicPolicy", policy(private), policy(private + `,{"Effect":"Allow","Principal":{"Service":"events.amazonaws.com"},"Action":"sns:Publish","Resource":"*"}`), exposure.Widens, ""},
		{"a trust policy", "AWS::IAM::Role", `{"AssumeRolePolicyDocument":{"Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}}`, `{"AssumeRolePolicyDocument":{"Statement":[{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole"}]}}`, exposure.Widens, "sts:assumerole for everybody"},
		{"rights of a role", "AWS::IAM::Policy", policy(`{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}`), policy(`{"Effect":"Allow","Action":"*","Resource":"*"}`), exposure.Widens, ""},
		{"all actions but some", "AWS::IAM::Policy", policy(`{"Effect":"Allow","NotAction":["iam:*","sts:*"],"Resource":"*"}`), policy(`{"Effect":"Allow","NotAction":["sts:*","iam:*"],"Resource":"*"}`), exposure.Unchanged, ""},
		{"Google, all users", "google_storage_bucket_iam_binding", `{"role":"roles/storage.objectViewer","members":["group:a@example.com"]}`, `{"role":"roles/storage.objectViewer","members":["group:a@example.com","allUsers"]}`, exposure.Widens, "roles/storage.objectViewer for everybody"},
		{"Google, bindings kept as text", "google_project_iam_policy", `{"policy_data":"{}"}`, `{"policy_data":` + quoted(`{"bindings":[{"role":"roles/viewer","members":["allUsers"]}]}`) + `}`, exposure.Widens, "roles/viewer for everybody"},
		{"Google, a policy of bindings", "storage.v1.bucket", `{"iamPolicy":{"bindings":[]}}`, `{"iamPolicy":{"bindings":[{"role":"roles/viewer","members":["allAuthenticatedUsers"]}]}}`, exposure.Widens, "roles/viewer for everybody with an account"},
	})
}

func quoted(text string) string { return `"` + strings.ReplaceAll(text, `"`, `\"`) + `"` }

func TestSwitchesAndSafeguards(t *testing.T) {
	const blocked = `"PublicAccessBlockConfiguration":{"BlockPublicAcls":true,"BlockPublicPolicy":true,"IgnorePublicAcls":true,"RestrictPublicBuckets":true}`
	check(t, []change{
		{"a public database, CloudFormation", "AWS::RDS::DBInstance", `{"PubliclyAccessible":false}`, `{"PubliclyAccessible":true}`, exposure.Widens, "publiclyaccessible is open to everybody"},
		{"a load balancer that was internal", "aws_lb", `{"internal":true}`, `{"internal":false}`, exposure.Widens, "loadbalancer is open to everybody"},
		{"an internal switch of something else", "aws_dns_zone", `{"internal":true}`, `{"internal":false}`, exposure.Unchanged, ""},
		{"an endpoint that was off", "aws_eks_cluster", `{"endpoint_public_access":false,"public_access_cidrs":[]}`, `{"endpoint_public_access":true,"public_access_cidrs":["0.0.0.0/0"]}`, exposure.Widens, "the endpoint (public_access_cidrs) from 0.0.0.0/0"},
		{"a list of an endpoint that is off", "aws_eks_cluster", `{"endpoint_public_access":false,"public_access_cidrs":["10.0.0.0/8"]}`, `{"endpoint_public_access":false,"public_access_cidrs":["0.0.0.0/0"]}`, exposure.Unchanged, ""},
		{"an endpoint that goes off", "aws_eks_cluster", `{"endpoint_public_access":true,"public_access_cidrs":["0.0.0.0/0"]}`, `{"endpoint_public_access":false,"public_access_cidrs":["0.0.0.0/0"]}`, exposure.Narrows, ""},
		{"a function that everybody may call", "aws_lambda_permission", `{"action":"lambda:InvokeFunction","principal":"s3.amazonaws.com"}`, `{"action":"lambda:InvokeFunction","principal":"*"}`, exposure.Widens, "lambda:invokefunction for everybody"},
		{"a function that an account's buckets may call", "AWS::Lambda::Permission", `{"Action":"lambda:InvokeFunction","Principal":"111122223333"}`, `{"Action":"lambda:InvokeFunction","Principal":"*","SourceAccount":"111122223333"}`, exposure.Both, ""},
		{"an image that everybody may start", "aws_ami_launch_permission", `{"account_id":"111122223333"}`, `{"group":"all"}`, exposure.Widens, "use for everybody"},
		{"a database for a range of addresses", "azurerm_mssql_firewall_rule", `{"start_ip_address":"10.0.0.1","end_ip_address":"10.0.0.9"}`, `{"start_ip_address":"0.0.0.0","end_ip_address":"255.255.255.255"}`, exposure.Widens, "every service from 0.0.0.0/0"},
		{"a database for Azure alone", "Microsoft.Sql/servers/firewallRules", `{"properties":{"startIpAddress":"10.0.0.1","endIpAddress":"10.0.0.1"}}`, `{"properties":{"startIpAddress":"0.0.0.0","endIpAddress":"0.0.0.0"}}`, exposure.Both, ""},
		{"a public database, Terraform", "aws_db_instance", `{}`, `{"publicly_accessible":"true"}`, exposure.Widens, "publiclyaccessible is open to everybody"},
		{"a bucket for everybody, CloudFormation", "AWS::S3::Bucket", `{"AccessControl":"Private"}`, `{"AccessControl":"PublicRead"}`, exposure.Widens, "accesscontrol is open to everybody"},
		{"a bucket for everybody, Terraform", "aws_s3_bucket", `{"acl":"private"}`, `{"acl":"public-read-write"}`, exposure.Widens, "acl is open to everybody"},
		{"a bucket for everybody, by grant", "aws_s3_bucket_acl", `{"access_control_policy":[{"grant":[{"grantee":[{"id":"me","type":"CanonicalUser"}],"permission":"FULL_CONTROL"}]}]}`, `{"access_control_policy":[{"grant":[{"grantee":[{"id":"me","type":"CanonicalUser"}],"permission":"FULL_CONTROL"},{"grantee":[{"uri":"http://acs.amazonaws.com/groups/global/AllUsers","type":"Group"}],"permission":"READ"}]}]}`, exposure.Widens, "READ for everybody"},
		{"a public list that settings overrule", "AWS::S3::Bucket", `{"AccessControl":"Private",` + blocked + `}`, `{"AccessControl":"PublicRead",` + blocked + `}`, exposure.Widens, ""},
		{"settings that overruled a public list", "AWS::S3::Bucket", `{"AccessControl":"PublicRead",` + blocked + `}`, `{"AccessControl":"PublicRead"}`, exposure.Widens, "accesscontrol is open to everybody"},
		{"public access no longer blocked", "aws_s3_bucket_public_access_block", `{"block_public_acls":true}`, `{"block_public_acls":false}`, exposure.Widens, ""},
		{"encryption off", "AWS::RDS::DBInstance", `{"StorageEncrypted":true}`, `{"StorageEncrypted":false}`, exposure.Widens, ""},
		{"encryption gone", "aws_ebs_volume", `{"encrypted":true}`, `{}`, exposure.Widens, ""},
		{"encryption on", "aws_ebs_volume", `{"encrypted":false}`, `{"encrypted":true}`, exposure.Narrows, ""},
		{"another key", "aws_ebs_volume", `{"kms_key_id":"a"}`, `{"kms_key_id":"b"}`, exposure.Both, ""},
		{"tokens optional", "aws_instance", `{"metadata_options":[{"http_tokens":"required"}]}`, `{"metadata_options":[{"http_tokens":"optional"}]}`, exposure.Widens, ""},
		{"an older TLS", "AWS::CloudFront::Distribution", `{"ViewerCertificate":{"MinimumProtocolVersion":"TLSv1.2_2021"}}`, `{"ViewerCertificate":{"MinimumProtocolVersion":"TLSv1"}}`, exposure.Widens, ""},
		{"a newer TLS", "azurerm_storage_account", `{"min_tls_version":"TLS1_0"}`, `{"min_tls_version":"TLS1_2"}`, exposure.Narrows, ""},
		{"a load balancer on the internet", "aws_lb", `{"scheme":"internal"}`, `{"scheme":"internet-facing"}`, exposure.Widens, "scheme is open to everybody"},
		{"a function's address for everybody", "AWS::Lambda::Url", `{"AuthType":"AWS_IAM"}`, `{"AuthType":"NONE"}`, exposure.Widens, "functionurlauthtype is open to everybody"},
		{"public blobs allowed", "azurerm_storage_account", `{"allow_blob_public_access":false}`, `{"allow_blob_public_access":true}`, exposure.Widens, ""},
		{"a public container of blobs", "azurerm_storage_container", `{"container_access_type":"private"}`, `{"container_access_type":"blob"}`, exposure.Widens, "containeraccesstype is open to everybody"},
		{"a cluster's endpoint", "AWS::EKS::Cluster", `{"ResourcesVpcConfig":{"EndpointPublicAccess":false}}`, `{"ResourcesVpcConfig":{"EndpointPublicAccess":true}}`, exposure.Widens, "resourcesvpcconfig.endpointpublicaccess is open to everybody"},
		{"a cluster's endpoint for an office", "AWS::EKS::Cluster", `{"ResourcesVpcConfig":{"EndpointPublicAccess":true,"PublicAccessCidrs":["198.51.100.0/24"]}}`, `{"ResourcesVpcConfig":{"EndpointPublicAccess":true,"PublicAccessCidrs":["0.0.0.0/0"]}}`, exposure.Widens, "the endpoint (PublicAccessCidrs) from 0.0.0.0/0"},
		{"a list of who may reach it that goes", "azurerm_kubernetes_cluster", `{"api_server_authorized_ip_ranges":["198.51.100.0/24"]}`, `{}`, exposure.Widens, "the endpoint (api_server_authorized_ip_ranges) from 0.0.0.0/0, ::/0"},
		{"what is none of these", "aws_instance", `{"instance_type":"t3.micro"}`, `{"instance_type":"t3.large"}`, exposure.Unchanged, ""},
	})
}

func object(kind, rest string) string {
	return `{"apiVersion":"v1","kind":"` + kind + `",` + rest + `}`
}

func TestClusterObjects(t *testing.T) {
	service := func(rest string) string {
		return object("Service", `"metadata":{"name":"web"},"spec":{"ports":[{"port":443}],`+rest+`}`)
	}
	network := func(ingress string) string {
		return object("NetworkPolicy", `"spec":{"podSelector":{},"ingress":[`+ingress+`]}`)
	}
	check(t, []change{
		{"a load balancer", "Service", service(`"type":"ClusterIP"`), service(`"type":"LoadBalancer"`), exposure.Widens, "tcp 443 from 0.0.0.0/0, ::/0"},
		{"a load balancer for some", "Service", service(`"type":"LoadBalancer","loadBalancerSourceRanges":["198.51.100.0/24"]`), service(`"type":"LoadBalancer","loadBalancerSourceRanges":["0.0.0.0/0"]`), exposure.Widens, "tcp 443 from 0.0.0.0/0"},
		{"source ranges that go", "Service", service(`"type":"LoadBalancer","loadBalancerSourceRanges":["198.51.100.0/24"]`), service(`"type":"LoadBalancer"`), exposure.Widens, "tcp 443 from 0.0.0.0/0, ::/0"},
		{"source ranges that are the world already", "Service", service(`"type":"LoadBalancer"`), service(`"type":"LoadBalancer","loadBalancerSourceRanges":["0.0.0.0/0","::/0"]`), exposure.Unchanged, ""},
		{"an internal load balancer", "Service", service(`"type":"ClusterIP"`), strings.Replace(service(`"type":"LoadBalancer"`), `"name":"web"`, `"annotations":{"service.beta.kubernetes.io/aws-load-balancer-internal":"true"}`, 1), exposure.Widens, ""},
		{"an internal load balancer that turns public", "Service", strings.Replace(service(`"type":"LoadBalancer"`), `"name":"web"`, `"annotations":{"networking.gke.io/load-balancer-type":"Internal"}`, 1), service(`"type":"LoadBalancer"`), exposure.Widens, "tcp 443 from 0.0.0.0/0, ::/0"},
		{"a node port", "Service", service(`"type":"ClusterIP"`), service(`"type":"NodePort"`), exposure.Widens, ""},
		{"a network policy for everybody", "NetworkPolicy", network(`{"from":[{"podSelector":{"matchLabels":{"app":"a"}}}]}`), network(`{"from":[]}`), exposure.Widens, "every service from 0.0.0.0/0, ::/0"},
		{"a network policy without from", "NetworkPolicy", network(``), network(`{"ports":[{"port":80}]}`), exposure.Widens, "tcp 80 from 0.0.0.0/0, ::/0"},
		{"a network policy for all namespaces", "NetworkPolicy", network(`{"from":[{"podSelector":{}}]}`), network(`{"from":[{"podSelector":{}},{"namespaceSelector":{}}]}`), exposure.Widens, ""},
		{"a block without its exception", "NetworkPolicy", network(`{"from":[{"ipBlock":{"cidr":"0.0.0.0/0","except":["0.0.0.0/1"]}}]}`), network(`{"from":[{"ipBlock":{"cidr":"0.0.0.0/0"}}]}`), exposure.Widens, "every service from 0.0.0.0/0"},
		{"a port range of a network policy", "NetworkPolicy", network(`{"from":[{"podSelector":{}}],"ports":[{"protocol":"TCP","port":80}]}`), network(`{"from":[{"podSelector":{}}],"ports":[{"protocol":"TCP","port":80,"endPort":90}]}`), exposure.Widens, ""},
		{"a role for nobody in particular", "ClusterRoleBinding", object("ClusterRoleBinding", `"roleRef":{"kind":"ClusterRole","name":"view"},"subjects":[]`), object("ClusterRoleBinding", `"roleRef":{"kind":"ClusterRole","name":"view"},"subjects":[{"kind":"Group","name":"system:unauthenticated"}]`), exposure.Widens, "ClusterRole view for Group /system:unauthenticated"},
		{"a role that may do more", "Role", object("Role", `"rules":[{"apiGroups":[""],"resources":["pods"],"verbs":["get"]}]`), object("Role", `"rules":[{"apiGroups":[""],"resources":["pods"],"verbs":["get","delete"]}]`), exposure.Widens, ""},
		{"a privileged container", "Deployment", object("Deployment", `"spec":{"containers":[{"name":"a","securityContext":{"privileged":false}}]}`), object("Deployment", `"spec":{"containers":[{"name":"a","securityContext":{"privileged":true}}]}`), exposure.Widens, ""},
		{"containers in another order", "Deployment", object("Deployment", `"spec":{"containers":[{"securityContext":{"privileged":false}},{"securityContext":{"privileged":true}}]}`), object("Deployment", `"spec":{"containers":[{"securityContext":{"privileged":true}},{"securityContext":{"privileged":false}}]}`), exposure.Unchanged, ""},
		{"an ingress with hosts is no firewall", "Ingress", object("Ingress", `"spec":{"rules":[{"host":"a","http":{"paths":[{"path":"/"}]}}]}`), object("Ingress", `"spec":{"rules":[{"host":"b","http":{"paths":[{"path":"/"}]}}]}`), exposure.Unchanged, ""},
	})
}
