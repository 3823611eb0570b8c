package sample

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"github.com/omnicloud/omnicloud/domain/infra"
)

// image is what every machine of the sample boots.
const image = "ami-0c3f7a6e2b9d41870"

// surroundings are what a tenant's resources stand in. number keeps the tenants' networks apart.
func surroundings(tenant string, number int) []infra.Resource {
	network := placed("vpc-"+tenant, typeNetwork, tenant, func() object {
		return object{"CidrBlock": fmt.Sprintf("10.%d.0.0/16", 20+number), "EnableDnsSupport": true, "EnableDnsHostnames": true, "Tags": tagList(tenant, nil)}
	})
	subnet := placed("subnet-"+tenant, typeSubnet, tenant, func() object {
		return object{
			"VpcId": network.ID, "CidrBlock": fmt.Sprintf("10.%d.1.0/24", 20+number), "AvailabilityZone": "eu-central-1a",
			"MapPublicIpOnLaunch": false, "Tags": tagList(tenant, nil),
		}
	})
	group := placed("sg-"+tenant, typeSecurityGroup, tenant, func() object {
		return object{
			"GroupName": tenant + "-web", "GroupDescription": "web traffic of " + tenant, "VpcId": network.ID,
			"SecurityGroupIngress": []any{
				object{"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "CidrIp": "10.0.0.0/8", "Description": "HTTPS from inside"},
				object{"IpProtocol": "tcp", "FromPort": 8080, "ToPort": 8080, "CidrIp": fmt.Sprintf("10.%d.0.0/16", 20+number), "Description": "health checks"},
			},
			"SecurityGroupEgress": []any{object{"IpProtocol": "-1", "CidrIp": "0.0.0.0/0"}},
			"Tags":                tagList(tenant, nil),
		}
	})
	role := placed("role-"+tenant, typeRole, tenant, func() object {
		return object{
			"RoleName": tenant + "-machines",
			"AssumeRolePolicyDocument": object{"Version": "2012-10-17", "Statement": []any{
				object{"Effect": "Allow", "Principal": object{"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"},
			}},
			"ManagedPolicyArns": []any{"arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore"},
		}
	})
	subnet.DependsOn, group.DependsOn = []string{network.ID}, []string{network.ID}
	return []infra.Resource{network, subnet, group, role}
}

// declared is what the infrastructure code says of a resource of the fleet.
func declared(r resource) object {
	configuration := object{"Tags": tagList(r.name, r.tags)}
	home := cmp.Or(r.tenant, "shared")
	switch r.prefix {
	case virtualMachine.prefix:
		maps.Copy(configuration, object{
			"InstanceType": "m6i.xlarge", "ImageId": image, "Monitoring": true, "EbsOptimized": true,
			"SubnetId": "subnet-" + home, "SecurityGroupIds": []any{"sg-" + home}, "IamInstanceProfile": "role-" + home,
			"MetadataOptions": object{"HttpTokens": "required", "HttpPutResponseHopLimit": 1},
		})
	case objectStore.prefix:
		maps.Copy(configuration, object{
			"BucketName": "omnicloud-" + r.name, "VersioningConfiguration": object{"Status": "Enabled"},
			"BucketEncryption": object{"ServerSideEncryptionConfiguration": []any{
				object{"ServerSideEncryptionByDefault": object{"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": "alias/" + r.name}, "BucketKeyEnabled": true},
			}},
			"PublicAccessBlockConfiguration": object{
				"BlockPublicAcls": true, "BlockPublicPolicy": true, "IgnorePublicAcls": true, "RestrictPublicBuckets": true,
			},
		})
	case loadBalancer.prefix:
		maps.Copy(configuration, object{
			"Name": r.name, "Type": "application", "Scheme": "internal", "IpAddressType": "ipv4",
			"Subnets": []any{"subnet-" + home}, "SecurityGroups": []any{"sg-" + home},
			"LoadBalancerAttributes": []any{object{"Key": "idle_timeout.timeout_seconds", "Value": "60"}, object{"Key": "deletion_protection.enabled", "Value": "true"}},
		})
	case database.prefix:
		maps.Copy(configuration, object{
			"DBInstanceClass": "db.r6g.large", "Engine": "postgres", "EngineVersion": "15.8", "AllocatedStorage": "100",
			"StorageEncrypted": true, "PubliclyAccessible": false, "MultiAZ": true, "BackupRetentionPeriod": 14,
			"VPCSecurityGroups": []any{"sg-" + home}, "DeletionProtection": true,
		})
	case cluster.prefix:
		maps.Copy(configuration, object{"Name": r.name, "Version": "1.31", "ResourcesVpcConfig": object{"EndpointPublicAccess": false, "EndpointPrivateAccess": true}})
	case logStore.prefix:
		maps.Copy(configuration, object{"LogGroupName": r.name, "RetentionInDays": 90})
	default:
		configuration["Name"] = r.name
	}
	return configuration
}

// tagList writes tags as the provider lists them, by key.
func tagList(name string, tags map[string]string) []any {
	list := []any{object{"Key": "Name", "Value": name}}
	for _, key := range slices.Sorted(maps.Keys(tags)) {
		list = append(list, object{"Key": key, "Value": tags[key]})
	}
	return list
}
