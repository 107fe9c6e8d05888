{{- define "nightjar.labels" -}}
app.kubernetes.io/name: nightjar
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "nightjar.subject" -}}
subjects:
  - kind: ServiceAccount
    name: {{ .Release.Name }}
    namespace: {{ .Release.Namespace }}
{{- end }}

{{- /* The pod of the daemon and of the CronJob. */ -}}
{{- define "nightjar.pod" -}}
serviceAccountName: {{ .Release.Name }}
terminationGracePeriodSeconds: 30
{{- if .Values.schedule }}
restartPolicy: Never
{{- end }}
securityContext:
  runAsNonRoot: true
  runAsUser: 10001
  runAsGroup: 10001
  fsGroup: 10001
  seccompProfile:
    type: RuntimeDefault
containers:
  - name: nightjar
    image: "{{ .Values.image.repository }}:{{ .Values.image.tag }}"
    imagePullPolicy: {{ .Values.image.pullPolicy }}
    args: [{{ if .Values.schedule }}once{{ else }}run{{ end }}, --config, /etc/nightjar/nightjar.yaml]
    env:
      - name: NIGHTJAR_MODE
        value: {{ .Values.mode }}
      - name: NIGHTJAR_AUTH
        value: {{ .Values.auth }}
      {{- if .Values.ingress.host }}
      - name: NIGHTJAR_URL
        value: "https://{{ .Values.ingress.host }}"
      {{- end }}
      {{- if .Values.daemon }}
      - name: NIGHTJAR_DAEMON
        value: {{ .Values.daemon | quote }}
      {{- end }}
      - name: NIGHTJAR_TOKEN
        valueFrom:
          secretKeyRef:
            name: nightjar-token
            key: token
            optional: true
      - name: ANTHROPIC_API_KEY
        valueFrom:
          secretKeyRef:
            name: nightjar-api-key
            key: api-key
            optional: true
    {{- if not .Values.schedule }}
    ports:
      - name: dashboard
        containerPort: 7677
    startupProbe:
      httpGet:
        path: /healthz
        port: dashboard
        httpHeaders:
          - name: Host
            value: localhost:7677
      periodSeconds: 2
      timeoutSeconds: 5
      failureThreshold: 60
    livenessProbe:
      httpGet:
        path: /healthz
        port: dashboard
        httpHeaders:
          - name: Host
            value: localhost:7677
      periodSeconds: 20
      timeoutSeconds: 5
    readinessProbe:
      httpGet:
        path: /readyz
        port: dashboard
        httpHeaders:
          - name: Host
            value: localhost:7677
      periodSeconds: 10
      timeoutSeconds: 5
    {{- end }}
    resources:
      {{- toYaml .Values.resources | nindent 6 }}
    securityContext:
      readOnlyRootFilesystem: true
      allowPrivilegeEscalation: false
      capabilities:
        drop: [ALL]
    volumeMounts:
      - name: state
        mountPath: /state
      - name: tmp
        mountPath: /tmp
      - name: config
        mountPath: /etc/nightjar
        readOnly: true
      - name: credentials
        mountPath: /secrets/credentials
        readOnly: true
volumes:
  - name: state
    persistentVolumeClaim:
      claimName: {{ .Release.Name }}-state
  - name: tmp
    emptyDir:
      sizeLimit: 1Gi
  - name: config
    configMap:
      name: {{ .Release.Name }}-config
  - name: credentials
    secret:
      secretName: nightjar-credentials
      optional: true
      defaultMode: 0440
{{- end }}
