package io.margay.lab;

class LifeCycleIT extends LifeCycleAcceptance {}
