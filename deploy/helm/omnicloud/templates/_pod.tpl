{{/* How a pod of any role is placed and what it may do. Takes a dict of root and settings. */}}
{{- define "omnicloud.pod" -}}
securityContext:
  {{- toYaml .root.Values.podSecurityContext | nindent 2 }}
{{- with .root.Values.image.pullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .settings.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .settings.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .settings.affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .settings.topologySpreadConstraints }}
topologySpreadConstraints:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{/* What a container of any role runs and may not do. */}}
{{- define "omnicloud.container" -}}
image: {{ include "omnicloud.image" . | quote }}
imagePullPolicy: {{ .Values.image.pullPolicy }}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities: {drop: [ALL]}
{{- end }}

{{/* Probes on a port. A start may take as long as a worker waits for Temporal, a minute. */}}
{{- define "omnicloud.probes" -}}
startupProbe:
  httpGet: {path: /healthz, port: {{ . }}}
  periodSeconds: 2
  failureThreshold: 45
livenessProbe:
  httpGet: {path: /healthz, port: {{ . }}}
  periodSeconds: 10
  timeoutSeconds: 5
  failureThreshold: 6
readinessProbe:
  httpGet: {path: /readyz, port: {{ . }}}
  periodSeconds: 5
  timeoutSeconds: 5
  failureThreshold: 3
{{- end }}

{{/* The folder of keys is root's and readable by the pod's group alone: 256 is 0400, of which fsGroup makes 0440. */}}
{{- define "omnicloud.secretMounts" -}}
{{- if .Values.keys.vault.addr }}
{{- if .Values.keys.vault.caConfigMap }}
- name: vault-ca
  mountPath: /vault
  readOnly: true
{{- end }}
{{- else }}
- name: keys
  mountPath: /keys
  readOnly: true
{{- end }}
{{- if .Values.temporal.tls.caConfigMap }}
- name: temporal-authority
  mountPath: /temporal/authority
  readOnly: true
{{- end }}
{{- if .Values.temporal.tls.certificateSecret }}
- name: temporal-certificate
  mountPath: /temporal/certificate
  readOnly: true
{{- end }}
{{- end }}

{{- define "omnicloud.secretVolumes" -}}
{{- if .Values.keys.vault.addr }}
{{- with .Values.keys.vault.caConfigMap }}
- name: vault-ca
  configMap: {name: {{ . }}}
{{- end }}
{{- else }}
- name: keys
  secret: {secretName: {{ .Values.keys.existingSecret }}, defaultMode: 256}
{{- end }}
{{- with .Values.temporal.tls.caConfigMap }}
- name: temporal-authority
  configMap: {name: {{ . }}}
{{- end }}
{{- with .Values.temporal.tls.certificateSecret }}
- name: temporal-certificate
  secret: {secretName: {{ . }}, defaultMode: 256}
{{- end }}
{{- end }}
